import { EXIT_CODES } from '@rm/runtime-pack'
import { Command, CommanderError } from 'commander'
import { adminCommands } from './admin-commands.ts'
import { alertsCommand } from './alerts-command.ts'
import { auditCommand } from './audit-command.ts'
import { backupCommand } from './backup-command.ts'
import { configCommand } from './config-command.ts'
import { credentialsCommand } from './credentials-command.ts'
import { deployCheckCommand } from './deploy-check-command.ts'
import { envCommand } from './env-command.ts'
import { gateCommand } from './gate-command.ts'
import { initCommand } from './init-command.ts'
import { logsCommand } from './logs-command.ts'
import { menuCommand } from './menu-command.ts'
import { serviceCommand } from './service-command.ts'
import { smokeCommand } from './smoke-command.ts'
import { soakCommand } from './soak-command.ts'
import { startCommand } from './start-command.ts'
import { traceCommand } from './trace-command.ts'
import { traderCommands } from './trader-commands.ts'

const program = new Command('risk-manager')
  .description('Protects futures traders from themselves: risk rules, enforced on ProjectX accounts.')
  .version('0.1.0')
  .exitOverride()
  .addCommand(startCommand())
  .addCommand(initCommand())
  .addCommand(configCommand())
  .addCommand(credentialsCommand())
  .addCommand(backupCommand())
  .addCommand(auditCommand())
  .addCommand(alertsCommand())
  .addCommand(logsCommand())
  .addCommand(smokeCommand())
  .addCommand(envCommand())
  .addCommand(soakCommand())
  .addCommand(traceCommand())
  .addCommand(deployCheckCommand())
  .addCommand(serviceCommand())
  .addCommand(gateCommand())
  .addCommand(menuCommand())

for (const command of [...traderCommands(), ...adminCommands()]) program.addCommand(command)

// Nothing is left to be done then. Node's own teardown of handles was seen to spin for ever instead of ending (Node 26.10).
process.once('beforeExit', (code) => process.exit(code))

// Whoever reads no further, such as `head`, has what he wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(EXIT_CODES.success)
})

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // 1 is what commander itself gives to every mistake; a command may have a code of its own for it.
  process.exitCode = error.exitCode === EXIT_CODES.exception ? EXIT_CODES.usage : error.exitCode
}
