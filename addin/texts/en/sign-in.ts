export const signIn = () => ({
  title: 'Sign in',
  help: 'Type the invitation code that you got from your administrator. You do this once on each device.',
  codeLabel: 'Invitation code',
  codeIncomplete: 'A code has 16 letters and digits, in four groups of four.',
  signIn: 'Sign in',
  signingIn: 'Signing in…',
  sessionEnded: 'Your session has ended. Sign in with a new invitation code.',
})
