/** What a cell holds; an absent entry is an empty cell. */
export type CellValue = string | number | boolean
