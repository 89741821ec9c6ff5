// The Fluent elements that the screens use, one by one, so that the bundle holds no others.
import '@fluentui/web-components/button/define.js'
import '@fluentui/web-components/message-bar/define.js'
import '@fluentui/web-components/progress-bar/define.js'
import '@fluentui/web-components/spinner/define.js'
import { setTheme } from '@fluentui/web-components/theme/set-theme.js'
import { webDarkTheme, webLightTheme } from '@fluentui/tokens'
import type { HTMLAttributes } from 'preact'
import { isOfficeDark } from './office.ts'

type FluentAttributes<Attributes> = HTMLAttributes<HTMLElement> & Attributes

declare module 'preact' {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Preact's way to make custom elements known
  namespace JSX {
    interface IntrinsicElements {
      'fluent-button': FluentAttributes<{
        appearance?: 'primary' | 'outline' | 'subtle' | 'transparent'
        size?: 'small' | 'medium' | undefined
        type?: 'submit' | 'button'
        disabled?: boolean
        'disabled-focusable'?: boolean | undefined
      }>
      'fluent-message-bar': FluentAttributes<{
        intent: 'success' | 'info' | 'warning' | 'error'
        layout?: 'multiline'
      }>
      'fluent-progress-bar': FluentAttributes<{ value?: number; max?: number }>
      'fluent-spinner': FluentAttributes<{ size?: 'tiny' | 'small' }>
    }
  }
}

/** Follows the theme of Office, or of the system where Office does not say. High contrast comes from the browser itself. */
export function followTheme(): void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const apply = (): void => {
    const isDark = isOfficeDark() ?? system.matches
    document.documentElement.style.colorScheme = isDark ? 'dark' : 'light'
    setTheme(isDark ? webDarkTheme : webLightTheme)
  }
  system.addEventListener('change', apply)
  // Office tells nobody that its theme has changed.
  addEventListener('focus', apply)
  apply()
}
