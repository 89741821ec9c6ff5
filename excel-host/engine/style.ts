// Cell formats are interned: a cell holds a small number, and equal formats share one entry.

/** One side of a cell's border. */
export interface Border {
  /** `None`, `Continuous`, `Dash`, … */
  readonly style: string
  readonly weight: string
  readonly color: string
}

/** No line. */
export const NO_BORDER: Border = Object.freeze({ style: 'None', weight: 'Thin', color: '#000000' })

/** How a cell looks and how its input is read. Frozen: a change makes another style. */
export interface Style {
  readonly numberFormat: string
  readonly bold: boolean
  readonly italic: boolean
  readonly underline: string
  readonly strikethrough: boolean
  readonly fontName: string
  readonly fontSize: number
  readonly fontColor: string
  /** Empty for no fill. */
  readonly fillColor: string
  readonly wrapText: boolean
  readonly horizontalAlignment: string
  readonly verticalAlignment: string
  readonly indentLevel: number
  readonly borderTop: Border
  readonly borderBottom: Border
  readonly borderLeft: Border
  readonly borderRight: Border
  /** Counts while the sheet is protected. */
  readonly locked: boolean
  readonly formulaHidden: boolean
  /** Set by a leading apostrophe: the cell's input is text whatever it looks like. */
  readonly quotePrefix: boolean
}

/** The style of an untouched cell. */
export const DEFAULT_STYLE: Style = Object.freeze({
  numberFormat: 'General',
  bold: false,
  italic: false,
  underline: 'None',
  strikethrough: false,
  fontName: 'Aptos Narrow',
  fontSize: 11,
  fontColor: '#000000',
  fillColor: '',
  wrapText: false,
  horizontalAlignment: 'General',
  verticalAlignment: 'Bottom',
  indentLevel: 0,
  borderTop: NO_BORDER,
  borderBottom: NO_BORDER,
  borderLeft: NO_BORDER,
  borderRight: NO_BORDER,
  locked: true,
  formulaHidden: false,
  quotePrefix: false,
})

/** The formats of one workbook; number 0 is the default. */
export class StyleTable {
  readonly #styles: Style[] = [DEFAULT_STYLE]
  readonly #numbers = new Map<string, number>([[JSON.stringify(DEFAULT_STYLE), 0]])
  readonly #changes = new Map<string, number>()

  /** Takes over another table's styles and numbers. */
  copyFrom(other: StyleTable): void {
    this.#styles.splice(0, this.#styles.length, ...other.#styles)
    for (const [key, number] of other.#numbers) this.#numbers.set(key, number)
  }

  /** The style with this number. */
  get(number: number): Style {
    return this.#styles[number] ?? DEFAULT_STYLE
  }

  /** The number of the style that differs from `number` by `change`. */
  derive(number: number, change: Partial<Style>): number {
    const changeKey = `${number}|${JSON.stringify(change)}`
    const known = this.#changes.get(changeKey)
    if (known !== undefined) return known
    const style = Object.freeze({ ...this.get(number), ...change })
    const key = JSON.stringify(style)
    let derived = this.#numbers.get(key)
    if (derived === undefined) {
      derived = this.#styles.push(style) - 1
      this.#numbers.set(key, derived)
    }
    this.#changes.set(changeKey, derived)
    return derived
  }
}
