import { Fragment } from 'preact'

/** The name of a table, which has no spaces: it may be broken after its underscores, but not before a short end, and reads in its own direction. */
export function Name({ text }: { readonly text: string }) {
  const parts = text.split(/(?<=_)(?=[^_]{3})/)
  return (
    <bdi>
      {parts.map((part, index) => (
        <Fragment key={index}>
          {index > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </bdi>
  )
}
