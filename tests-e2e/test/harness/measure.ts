/** Notes in the report how long something took, for docs/fault-matrix.md. */
export function measure(task: { readonly meta: object }, begunMs: number): void {
  Object.assign(task.meta, { measuredMs: Math.round(performance.now() - begunMs) })
}
