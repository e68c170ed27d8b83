import { readFileSync } from 'node:fs'
import {
  diffSnapshots,
  type EnvSnapshot,
  EXIT_CODES,
  exitCodeOfSnapshot,
  type GatewayProbe,
  takeSnapshot,
} from '@rm/runtime-pack'
import { paint, visible, WIDTH, wrapped } from '@rm/runtime-pack/terminal'
import { Argument, Command } from 'commander'
import { chosenGateway } from './chosen-gateway.ts'
import { DAEMON } from './program-files.ts'
import { localToday } from './system-clock.ts'

const EXAMPLES = `
Examples:
  $ risk-manager env
  $ risk-manager env --config /etc/risk-manager --data /var/lib/risk-manager
  $ risk-manager env --config /etc/risk-manager --json > today.json
  $ risk-manager env diff yesterday.json today.json

Without --config the gateway is a simulated one. Nothing is logged in to and
nothing is changed. Credentials are never shown, only whether they are set.

Exit codes:
  0 a daemon can work here   3 configuration   4 the gateway does not answer
  5 this machine   64 usage   diff: 0 equal, 1 different
`

interface Options {
  readonly config?: string
  readonly data: string
  readonly json?: true
}

/** `risk-manager env`: everything around the program on which its work depends. */
export function envCommand(): Command {
  return new Command('env')
    .description('Shows what the daemon would find here: machine, build, gateway.')
    .option('--config <dir>', 'the configuration; default: that of the simulator')
    .option('--data <dir>', 'the data folder of the daemon', 'data')
    .option('--json', 'JSON instead of text')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action(async ({ config, data, json }: Options) => {
      await using gateway = await chosenGateway(config)
      const snapshot = await takeSnapshot({
        daemon: DAEMON,
        configDirectory: gateway.configDirectory,
        dataDirectory: data,
        environment: { ...process.env, ...gateway.environment },
        today: localToday(),
      })
      process.stdout.write(json === true ? `${JSON.stringify(snapshot, null, 2)}\n` : pageOf(snapshot))
      process.exitCode = exitCodeOfSnapshot(snapshot)
    })
    .addCommand(diffCommand())
}

function diffCommand(): Command {
  return new Command('diff')
    .description('Shows what two snapshots tell differently.')
    .addArgument(new Argument('<old>', 'a file with the JSON of env --json'))
    .addArgument(new Argument('<new>', 'another one'))
    .option('--json', 'JSON instead of text')
    .allowExcessArguments(false)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .action((old: string, fresh: string, { json }: { readonly json?: true }, command: Command) => {
      // The option of the same name belongs to the command above when it stands before "diff".
      const isJson = json === true || command.optsWithGlobals()['json'] === true
      const differences = diffSnapshots(snapshotIn(old, command), snapshotIn(fresh, command))
      const lines = differences.flatMap(({ path, before, after }) =>
        wrapped(`${path}: ${told(before)} → ${told(after)}`, WIDTH, 4),
      )
      const text = differences.length === 0 ? 'Nothing that matters differs.' : lines.join('\n')
      process.stdout.write(isJson ? `${JSON.stringify(differences)}\n` : `${text}\n`)
      process.exitCode = differences.length === 0 ? EXIT_CODES.success : EXIT_CODES.exception
    })
}

function snapshotIn(file: string, command: Command): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    return command.error(`error: ${file} is no snapshot: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function told(value: unknown): string {
  return value === undefined ? 'not told' : visible(JSON.stringify(value))
}

const LABEL_WIDTH = 15

function pageOf(snapshot: EnvSnapshot): string {
  const { system, memory, node, build, configuration, credentials, disk, deployment, problems } = snapshot
  const { isValid, hash, environment, accounts, rules } = configuration
  const rows: readonly (readonly [string, string])[] = [
    ['system', `${system.platform} ${system.release} ${system.architecture}, ${system.processors} processors`],
    ['time zone', system.timeZone],
    ['memory', `${mebibytes(memory.freeBytes)} free of ${mebibytes(memory.totalBytes)}`],
    ['Node', `${node.version} (V8 ${node.v8}, OpenSSL ${node.openssl})`],
    ['build', build.digest === null ? 'missing' : `${build.digest.slice(0, 12)}, built ${build.builtAt}`],
    ...Object.entries(build.packages).map(([name, version]) => ['', `${name} ${version ?? 'missing'}`] as const),
    [
      'configuration',
      isValid ? `valid, ${hash?.slice(0, 12)}: ${environment}, ${accounts} accounts, ${rules} rules` : 'refused',
    ],
    ['credentials', `user name ${hidden(credentials.userName)}, key ${hidden(credentials.apiKey)}`],
    ['disk', `${mebibytes(disk.freeBytes)} free, ${disk.isWritable ? 'writable' : 'NOT writable'}: ${disk.directory}`],
    ...snapshot.gateway.flatMap(rowsOf),
    ['clock', clockText(snapshot)],
    ['deployment', `class ${deployment.letter}: ${deployment.because}`],
  ]
  const lines = rows.flatMap(([label, text]) =>
    wrapped(`${label.padEnd(LABEL_WIDTH)}${visible(text)}`, WIDTH, LABEL_WIDTH).map((line, index) =>
      index === 0 ? `${paint('dim', line.slice(0, LABEL_WIDTH))}${line.slice(LABEL_WIDTH)}` : line,
    ),
  )
  const verdict =
    problems.length === 0
      ? [paint('green', 'A daemon can work here.')]
      : problems.flatMap(({ sentence }) =>
          wrapped(`✗ ${visible(sentence)}`, WIDTH, 2).map((line) => paint('red', line)),
        )
  return `${[...lines, '', ...verdict].join('\n')}\n`
}

function rowsOf({ url, dnsMs, connectMs, tls, status, answerMs, fault }: GatewayProbe) {
  const steps = [
    dnsMs === null ? null : `name ${dnsMs} ms`,
    connectMs === null ? null : `connected ${connectMs} ms`,
    tls === null ? null : `${tls.protocol} by ${tls.issuer} until ${tls.validUntil}`,
    status === null ? null : `HTTP ${status} after ${answerMs} ms`,
    fault,
  ].filter((step) => step !== null)
  return [
    ['gateway', url],
    ['', steps.join(', ')],
  ] as const
}

function clockText({ configuration, gateway }: EnvSnapshot): string {
  if (configuration.environment === 'simulator') return "business time is the simulator's"
  const offsetMs = gateway[0]?.clockOffsetMs ?? null
  if (offsetMs === null) return 'not compared: the gateway told no time'
  const seconds = (Math.abs(offsetMs) / 1_000).toFixed(1)
  return `the gateway's is ${seconds} s ${offsetMs < 0 ? 'behind' : 'ahead of'} this machine's (exact to half a second)`
}

function hidden(state: 'set' | 'missing'): string {
  return state === 'set' ? 'set (hidden)' : 'MISSING'
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MiB`
}
