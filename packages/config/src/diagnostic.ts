/** `error`: nothing starts. `warning`: it starts, `--strict` makes it an error. `notice`: a fact that the reader should know. */
export type Severity = 'error' | 'warning' | 'notice'

/** One problem of the configuration, complete enough to be repaired without reading the manual (risk rules, 4.3). Never holds a secret. */
export interface Diagnostic {
  readonly severity: Severity
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  /** `rules.daily_realized_loss.limit`; empty when the whole file is meant. */
  readonly keyPath: string
  /** Which of the layers the value stands in: `risk_config.yaml`, `profile`, `account override`. */
  readonly layer: string
  readonly expected: string
  readonly got: string
  readonly why: string
  readonly fix: string
  /** A further hint, as the nearest known key. */
  readonly also?: string
}

/** Where a value stands. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly layer: string
}

/** What a diagnostic says, without where. */
export type Complaint = Omit<Diagnostic, 'severity' | 'keyPath' | keyof Place>

/** Collects every problem of a load, each once: layers that several accounts share are examined for each of them. */
export class Report {
  readonly #found = new Map<string, Diagnostic>()

  add(severity: Severity, at: Place, keyPath: string, complaint: Complaint): void {
    const { file, line, column, layer } = at
    const diagnostic = { severity, file, line, column, keyPath, layer, ...complaint }
    const key = JSON.stringify([severity, file, line, column, keyPath, complaint.expected, complaint.got])
    if (!this.#found.has(key)) this.#found.set(key, diagnostic)
  }

  error(at: Place, keyPath: string, complaint: Complaint): void {
    this.add('error', at, keyPath, complaint)
  }

  warning(at: Place, keyPath: string, complaint: Complaint): void {
    this.add('warning', at, keyPath, complaint)
  }

  notice(at: Place, keyPath: string, complaint: Complaint): void {
    this.add('notice', at, keyPath, complaint)
  }

  get hasErrors(): boolean {
    return this.of('error').length > 0
  }

  /** By file and line. */
  of(severity: Severity): readonly Diagnostic[] {
    return this.all().filter((diagnostic) => diagnostic.severity === severity)
  }

  /** By file and line. */
  all(): readonly Diagnostic[] {
    return [...this.#found.values()].toSorted(
      (a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column,
    )
  }
}

/** `accounts` and `0` → `accounts[0]`; `rules` and `max_contracts` → `rules.max_contracts`. */
export function keyPathOf(path: readonly PropertyKey[]): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else text += text === '' ? String(part) : `.${String(part)}`
  }
  return text
}
