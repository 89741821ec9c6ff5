import type { CellBody, ColumnBody, ColumnType } from '../../../broker/http/contract.ts'
import type { Choosing } from '../../choosing/choosing.ts'
import type { Sample } from '../../choosing/choosing-state.ts'
import { printInput } from '../../choosing/conditions.ts'
import { sampleRows } from '../../choosing/sample.ts'
import { texts, wording } from '../../language.ts'
import { describeAge } from '../../messages.ts'
import { NoticeBar } from '../parts.tsx'

interface SampleProps {
  readonly choosing: Choosing
  readonly sample: Sample
  readonly nowMs: number
}

/** The first rows under the current choice. Its place is as high before they are there as after. */
export function SampleTable({ choosing, sample, nowMs }: SampleProps) {
  const say = texts.choosing
  const { state, columns, rows, found, pulledAt, notice } = sample
  const caption =
    found === undefined || pulledAt === undefined
      ? say.sizeUnknown
      : (found === 0 ? say.pulled : say.previewOf)(texts.pane.rows(found), describeAge(pulledAt, nowMs))
  const empty = Array.from({ length: Math.max(sampleRows - rows.length, 0) }, (_none, index) => index)
  return (
    <section class="preview" aria-labelledby="preview-title" data-testid="preview">
      <div>
        <h3 id="preview-title">{say.preview}</h3>
        <p class="hint">{notice || (state === 'failed' && found === undefined) ? ' ' : caption}</p>
      </div>
      {notice && <NoticeBar notice={notice} onAction={() => void choosing.retrySample()} />}
      <div
        class="sample"
        // Focusable, as it scrolls and holds nothing else that the keyboard reaches.
        tabIndex={0}
        role="region"
        aria-label={say.previewRegion}
        aria-busy={state === 'loading'}
        data-state={state}
      >
        {columns.length === 0 ? (
          <Skeleton />
        ) : (
          <table>
            <thead>
              <tr>
                {columns.map(({ name }) => (
                  <th key={name} scope="col" title={name}>
                    <bdi>{name}</bdi>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <Row key={index} columns={columns} row={row} />
              ))}
              {empty.map((index) => (
                <tr key={`empty-${index}`} aria-hidden="true">
                  <td colSpan={columns.length} />
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  )
}

function Row({ columns, row }: { readonly columns: readonly ColumnBody[]; readonly row: readonly CellBody[] }) {
  return (
    <tr>
      {columns.map(({ name, type }, index) => (
        <td key={name} class={isNumber(type) ? 'figure' : undefined}>
          <bdi>{printCell(row[index] ?? null, type)}</bdi>
        </td>
      ))}
    </tr>
  )
}

function Skeleton() {
  return (
    <div class="skeleton" role="status">
      <span class="screen-reader">{texts.choosing.previewLoading}</span>
      {Array.from({ length: sampleRows + 1 }, (_none, index) => (
        <div key={index} aria-hidden="true">
          <i />
          <i />
          <i />
        </div>
      ))}
    </div>
  )
}

/** No cell of the sample needs more to be recognised. */
const mostCharacters = 120

function printCell(cell: CellBody, type: ColumnType): string {
  if (cell === null) return ''
  if (typeof cell === 'boolean') return cell ? texts.choosing.yes : texts.choosing.no
  if (typeof cell === 'number') return type === 'integer' ? String(cell) : wording.decimal(cell)
  if (type === 'datetime') return cell.replace('T', ' ').replace(/(?::00)?(?:\.\d+)?Z$/, '')
  if (type === 'duration') return printInput(cell, type)
  return cell.length > mostCharacters ? `${cell.slice(0, mostCharacters)}…` : cell
}

function isNumber(type: ColumnType): boolean {
  return type === 'integer' || type === 'decimal' || type === 'duration'
}
