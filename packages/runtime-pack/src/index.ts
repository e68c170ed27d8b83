export {
  Certificate,
  certificateFault,
  type CertificateStatement,
  publicKeyText,
  readCertificate,
  readSigningKey,
  signCertificate,
} from './certificate.ts'
export {
  type CheckpointId,
  checkpointMessage,
  checkpointOf,
  CHECKPOINTS,
  type CheckpointSubject,
} from './checkpoint.ts'
export { CHECKPOINT_ADVICE, NO_CHECKPOINT_ADVICE } from './checkpoint-advice.ts'
export { ChildProgram } from './child-program.ts'
export { DaemonFigures, FIGURES_WISH } from './daemon-figures.ts'
export { EmbeddedGateway } from './embedded-gateway.ts'
export { codeOf, EXIT_ADVICE, type Outcome, outcomeOf } from './exit-advice.ts'
export { EXIT_CODES, type ExitCode, exitCodeOf } from './exit-code.ts'
export { type EnvSnapshot, exitCodeOfSnapshot, takeSnapshot } from './env-snapshot.ts'
export { type FileExposure, fileExposure } from './file-exposure.ts'
export { followLog } from './follow-log.ts'
export { CLOCK_OFFSET_MS_MAX, type GatewayProbe, probeGateways } from './gateway-probe.ts'
export { HARMFUL_VARIABLES } from './harmful-variables.ts'
export { DAEMON_LOG, linesBackwards, logFiles } from './log-files.ts'
export { isTooOld, isWanted, LOG_LEVELS, type LogLevel, type LogWish } from './log-filter.ts'
export { type LogLine, readLogLine } from './log-line.ts'
export { shownLine, type ShownLine } from './log-text.ts'
export { percentile } from './percentile.ts'
export { type ProgramBuild, programBuild } from './program-build.ts'
export { type ReachedCheckpoint, smoke, type SmokeOptions, type SmokeReport } from './smoke.ts'
export { diffSnapshots } from './snapshot-diff.ts'
export { soak, type SoakReport } from './soak.ts'
export { GROWTH_BYTES_MAX, type SoakSample } from './soak-verdict.ts'
export { sparkLine } from './spark-line.ts'
export { diagnose } from './trace-diagnosis.ts'
export { readTraceReport, type StreamTrace, TRACE_LOG, type TraceReport } from './trace-report.ts'
