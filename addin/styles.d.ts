/** Vite collects the styles that modules import. */
declare module '*.css'
