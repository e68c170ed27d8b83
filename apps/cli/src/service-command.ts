import path from 'node:path'
import { Command, Option } from 'commander'
import type { CommandResult } from './config-check.ts'
import { launchdPlist } from './launchd-plist.ts'
import { SUPERVISOR } from './program-files.ts'
import { installService, type ServiceFileWish, uninstallService } from './service-file.ts'
import type { ServicePlan, ServicePlaces } from './service-plan.ts'
import { systemdUnit } from './systemd-unit.ts'
import { windowsService } from './windows-service.ts'

const MANAGERS = {
  systemd: { plan: systemdUnit, config: '/etc/risk-manager' },
  launchd: { plan: launchdPlist, config: '/usr/local/etc/risk-manager' },
  windows: { plan: windowsService, config: String.raw`C:\ProgramData\RiskManager\config` },
} as const satisfies Record<string, { plan: (places: ServicePlaces) => ServicePlan; config: string }>

type Manager = keyof typeof MANAGERS

const OF_PLATFORM: Readonly<Partial<Record<NodeJS.Platform, Manager>>> = { darwin: 'launchd', win32: 'windows' }

const EXAMPLES = `
Examples:
  $ risk-manager service show
  $ sudo risk-manager service install --config /etc/risk-manager
  $ risk-manager service install --to risk-manager.service
  $ risk-manager service show --for windows
  $ sudo risk-manager service uninstall

The service starts the supervisor with the machine and again whenever it ends.
Stopping and removing it is for administrators. It ends no lockout.

Exit codes:
  0 done   5 not root, or a program lies where the service cannot see it
  64 usage
`

interface ServiceOptions {
  readonly for: Manager
  readonly config?: string
  readonly to?: string
}

/** `risk-manager service`: makes the service manager of the machine keep the supervisor running. */
export function serviceCommand(): Command {
  return new Command('service')
    .description('Makes the daemon a service that the machine starts and keeps running.')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .addCommand(
      placedCommand('show', 'Prints the unit, the property list or the commands.').action((options: ServiceOptions) => {
        process.stdout.write(chosen(options).plan.text)
      }),
    )
    .addCommand(
      writingCommand(placedCommand('install', 'Writes the file of the service and tells what remains.')).action(
        (options: ServiceOptions) => {
          const { plan, places } = chosen(options)
          tell(installService(plan, places, wishOf(options)))
        },
      ),
    )
    .addCommand(
      writingCommand(managedCommand('uninstall', 'Removes the file of the service and tells what remains.')).action(
        (options: ServiceOptions) => tell(uninstallService(chosen(options).plan, wishOf(options))),
      ),
    )
}

function managedCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(
      new Option('--for <manager>', 'which service manager')
        .choices(Object.keys(MANAGERS))
        .default(OF_PLATFORM[process.platform] ?? 'systemd'),
    )
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
}

function placedCommand(name: string, description: string): Command {
  return managedCommand(name, description).option('--config <dir>', 'the configuration folder, an absolute path')
}

function writingCommand(command: Command): Command {
  return command.option('--to <file>', "another file than the service manager's own, which is root's")
}

function chosen({ for: manager, config }: ServiceOptions): { plan: ServicePlan; places: ServicePlaces } {
  const { plan, config: usual } = MANAGERS[manager]
  const configDirectory = config === undefined ? usual : path.resolve(config)
  const places = { node: process.execPath, supervisor: SUPERVISOR, configDirectory }
  return { plan: plan(places), places }
}

function wishOf({ to }: ServiceOptions): ServiceFileWish {
  const words = ['risk-manager', ...process.argv.slice(2)]
  // Windows has no numbers of users; its service has no file either.
  return { to: to ?? null, userId: process.getuid?.() ?? 0, commandLine: words.join(' ') }
}

function tell({ output, exitCode }: CommandResult): void {
  const stream = exitCode === 0 ? process.stdout : process.stderr
  stream.write(output)
  process.exitCode = exitCode
}
