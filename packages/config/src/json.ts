import { z } from 'zod'

/** What JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
export type Snapshot = Readonly<Record<string, Json>>

/** Whatever JSON can say. */
export const AnyJson: z.ZodType<Json> = z.json()
