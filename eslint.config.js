// The rules marked with a cog in docs/CONVENTIONS.md; import layers are in .dependency-cruiser.cjs.
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const clockRules = [
  { object: 'Date', property: 'now', message: 'Take a Clock; only broker/kernel/system.ts reads the system clock.' },
  { object: 'Math', property: 'random', message: 'Take a Random; only broker/kernel/system.ts draws chance.' },
  { object: 'performance', property: 'now', message: 'Take a Clock; only broker/kernel/system.ts reads it.' },
]
const timers = ['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
  name,
  message: 'Wait through a Clock; timers live in broker/kernel/system.ts.',
}))
const newDate = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0]",
  message: 'Take a Clock; only broker/kernel/system.ts reads the system clock.',
}
const defaultExport = { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' }
const processEnv = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Settings are read once, in main.ts, egress.ts and the CLI, and passed down.',
}

export default defineConfig(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**', '.dependency-cruiser.cjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json', './tsconfig.browser.json', './tsconfig.tools.json'] },
    },
    rules: {
      'max-lines': ['error', { max: 350, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', defaultExport],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/unified-signatures': 'off',
    },
  },
  {
    files: ['broker/**/*.ts', 'client/**/*.ts'],
    ignores: ['broker/kernel/system.ts'],
    rules: {
      'no-restricted-properties': ['error', ...clockRules],
      'no-restricted-globals': ['error', ...timers],
      'no-restricted-syntax': ['error', defaultExport, newDate, processEnv],
    },
  },
  {
    files: ['broker/main.ts', 'broker/egress.ts', 'broker/cli/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', defaultExport, newDate],
      'no-console': 'off',
    },
  },
  {
    files: ['addin/**/*.{ts,tsx}'],
    ignores: ['addin/excel*.ts', 'addin/office*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'Excel', message: 'Only addin/excel*.ts touches the Excel API.' },
        { name: 'Office', message: 'Only addin/office*.ts touches the Office API.' },
      ],
    },
  },
  {
    // One function holds all texts of an area, however many.
    files: ['addin/texts/**/*.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['sample/main.ts', 'demo/**/*.ts', 'tools/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**/*.{ts,tsx}'],
    rules: {
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 500 }],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['*.config.{js,ts}', 'test/global-setup.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
)
