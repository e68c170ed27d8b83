export { paint, WIDTH } from './terminal/paint.ts'
export { table } from './terminal/table.ts'
export { visible, wrapped } from './terminal/text.ts'
