/** Row numbers by the day they belong to, each day in ascending order; what a search by dates walks through. */
export class DayIndex {
  readonly #rowsByDay = new Map<number, number[]>()
  #firstDay = Number.POSITIVE_INFINITY
  #lastDay = Number.NEGATIVE_INFINITY

  add(day: number, row: number): void {
    const rows = this.#rowsByDay.get(day)
    if (rows === undefined) {
      this.#rowsByDay.set(day, [row])
      this.#firstDay = Math.min(this.#firstDay, day)
      this.#lastDay = Math.max(this.#lastDay, day)
    } else if (row > (rows.at(-1) ?? -1)) {
      rows.push(row)
    } else {
      rows.splice(findPosition(rows, row), 0, row)
    }
  }

  remove(day: number, row: number): void {
    const rows = this.#rowsByDay.get(day)
    const position = rows === undefined ? -1 : findPosition(rows, row)
    if (rows?.[position] !== row) {
      throw new Error(`Row ${row} is not on day ${day}.`)
    }
    rows.splice(position, 1)
  }

  /** The rows of both days and all between, oldest day first. */
  *rows(fromDay: number, toDay: number): Generator<number> {
    for (const rows of this.#days(fromDay, toDay)) {
      yield* rows
    }
  }

  /** Part of what `rows` yields, without walking through the days before it. */
  slice(days: { fromDay: number; toDay: number }, offset: number, limit: number): number[] {
    const found: number[] = []
    let toSkip = offset
    for (const rows of this.#days(days.fromDay, days.toDay)) {
      if (found.length === limit) {
        break
      }
      found.push(...rows.slice(toSkip, toSkip + limit - found.length))
      toSkip = Math.max(0, toSkip - rows.length)
    }
    return found
  }

  *#days(fromDay: number, toDay: number): Generator<readonly number[]> {
    const lastDay = Math.min(toDay, this.#lastDay)
    for (let day = Math.max(fromDay, this.#firstDay); day <= lastDay; day += 1) {
      yield this.#rowsByDay.get(day) ?? []
    }
  }
}

function findPosition(rows: readonly number[], row: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle] ?? 0) < row) {
      low = middle + 1
    } else {
      high = middle
    }
  }
  return low
}
