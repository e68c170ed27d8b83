import { Command } from 'commander'
import { accountsCommand } from './accounts-command.ts'
import { adminCommands } from './admin-commands.ts'
import { alertsCommand } from './alerts-command.ts'
import { auditCommand } from './audit-command.ts'
import { backupCommand } from './backup-command.ts'
import { addCompletion } from './completion-command.ts'
import { configCommand } from './config-command.ts'
import { credentialsCommand } from './credentials-command.ts'
import { deployCheckCommand } from './deploy-check-command.ts'
import { envCommand } from './env-command.ts'
import { exportCommand } from './export-command.ts'
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

/** The program with all its commands. A mistake in what was typed is a `CommanderError`. */
export function riskManager(): Command {
  const program = new Command('risk-manager')
    .description('Protects futures traders from themselves: risk rules, enforced on ProjectX accounts.')
    .version('0.1.0')
    .exitOverride()
  const commands = [
    startCommand(),
    initCommand(),
    configCommand(),
    accountsCommand(),
    credentialsCommand(),
    backupCommand(),
    auditCommand(),
    alertsCommand(),
    exportCommand(),
    logsCommand(),
    smokeCommand(),
    envCommand(),
    soakCommand(),
    traceCommand(),
    deployCheckCommand(),
    serviceCommand(),
    gateCommand(),
    menuCommand(),
    ...traderCommands(),
    ...adminCommands(),
  ]
  for (const command of commands) program.addCommand(command)
  addCompletion(program)
  return program
}
