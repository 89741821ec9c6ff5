// The shapes under a dataset that say when it is read, and what of it.
import * as z from 'zod'
import { parameters } from './definition-parts.ts'
import { requestPlace } from './request-definition.ts'
import { findCronMistake, isTimeZone } from './schedule.ts'

const cron = z.string().superRefine((pattern, context) => {
  const message = findCronMistake(pattern)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
})

const timeZone = z.string().refine(isTimeZone, 'Write the name of a time zone, such as Europe/London.').default('UTC')

const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'Write a time of day such as "06:30", in quotes.')

/** When the broker reads a dataset by itself. */
export const scheduleDefinition = z.strictObject({
  cron,
  timeZone,
  /** No scheduled pull starts in them; what falls into them is done when they end. */
  quietHours: z
    .strictObject({ from: timeOfDay, to: timeOfDay })
    .refine(({ from, to }) => from !== to, 'These hours are empty: from and to are the same.')
    .optional(),
})

/** How a pull asks only for what has changed since the last one. */
export const incrementalDefinition = z.strictObject({
  /** What carries the moment from which on changes are wanted; with a window, its `from` does. */
  since: requestPlace.optional(),
  /** What is written there; `{since}` stands for the moment. */
  value: z
    .string()
    .refine((text) => text.includes('{since}'), 'Write {since} where the moment belongs.')
    .default('{since}'),
  format: z.enum(['datetime', 'date', 'epoch-seconds', 'epoch-milliseconds']).default('datetime'),
  /** Query parameters that only such a reading has, as `use-updated-dates`. */
  query: parameters.default({}),
  /** How much is read again, for clocks that differ and records that become visible late; together at least a second. */
  overlapSeconds: z.number().int().min(1).max(2_592_000).optional(),
  overlapDays: z.number().int().min(1).max(366).optional(),
  /** The column that holds when a record was last changed, by the source's own clock. */
  updatedColumn: z.string().min(1).optional(),
  /** When everything is read all the same, which is what finds deletions. */
  full: z
    .union([z.strictObject({ everyHours: z.number().positive().max(8_784) }), z.strictObject({ cron, timeZone })], {
      error: 'Write {everyHours: 24}, or {cron: 0 3 * * *, timeZone: Europe/London}.',
    })
    .default({ everyHours: 24 }),
})

export type ScheduleDefinition = z.infer<typeof scheduleDefinition>
export type IncrementalDefinition = z.infer<typeof incrementalDefinition>
