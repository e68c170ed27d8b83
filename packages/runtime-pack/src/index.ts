export {
  type CheckpointId,
  checkpointMessage,
  checkpointOf,
  CHECKPOINTS,
  type CheckpointSubject,
} from './checkpoint.ts'
export { EXIT_CODES, type ExitCode, exitCodeOf } from './exit-code.ts'
