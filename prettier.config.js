export default { printWidth: 120, singleQuote: true, semi: false, trailingComma: 'all' }
