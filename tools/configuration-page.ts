import { describeSettings } from '../broker/config.ts'

/** docs/CONFIGURATION.md as the settings themselves describe it. */
export function configurationPage(): string {
  const rows = describeSettings().map(
    ({ name, description, fallback }) =>
      `| \`${name}\` | ${description} | ${fallback === '' ? '' : `\`${fallback}\``} |`,
  )
  return `# Configuration

Every setting is an environment variable, or a file that \`<NAME>_FILE\` names. \`--data-dir\` and \`--port\` before or after a command set the two of
that name. A wrong or unknown setting stops the start; all mistakes are reported at once. \`sheetbroker config\` prints every setting with its value and
where that comes from, never a secret.

| setting | meaning | default |
| --- | --- | --- |
${rows.join('\n')}
`
}
