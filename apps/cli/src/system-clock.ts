/** The date on the wall of this machine: holidays have to be known for it. */
export function localToday(): Temporal.PlainDate {
  return Temporal.Now.plainDateISO()
}
