import { readFileSync } from 'node:fs'
import os from 'node:os'
import { loadConfig } from '@rm/config'
import { certificateFault, EXIT_CODES, programBuild, publicKeyText, readCertificate } from '@rm/runtime-pack'
import { paint, WIDTH, wrapped } from '@rm/runtime-pack/terminal'
import { Argument, Command } from 'commander'
import { PROGRAMS } from '../program-files.ts'
import { localToday, wallClockMs } from '../system-clock.ts'
import { signingKey, usualKeyFile } from './signing-key.ts'

const EXAMPLES = `
Examples:
  $ validate certificate key
  $ validate certificate verify certificate.json --config /etc/risk-manager

Exit codes:
  0 it holds   1 it does not   3 the configuration is refused   64 usage
`

/** `validate certificate`: the key that signs, and whether a certificate holds for what is here. */
export function certificateCommand(): Command {
  return new Command('certificate')
    .description('The signing key, and whether a certificate holds.')
    .addHelpText('after', EXAMPLES)
    .addCommand(keyCommand())
    .addCommand(verifyCommand())
    .exitOverride()
}

function keyCommand(): Command {
  return new Command('key')
    .description('Prints the public key for general.certificate.public_key; makes the key on first use.')
    .option('--key <file>', 'the private key; default: .risk-manager/validator-key.pem in the home')
    .option('--json', 'JSON instead of text')
    .allowExcessArguments(false)
    .exitOverride()
    .action(({ key, json }: { readonly key?: string; readonly json?: true }) => {
      const publicKey = publicKeyText(signingKey(key ?? usualKeyFile()))
      process.stdout.write(json === true ? `${JSON.stringify({ publicKey })}\n` : `${publicKey}\n`)
    })
}

interface VerifyOptions {
  readonly config: string
  readonly key?: string
  readonly json?: true
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('Whether a certificate holds for this build, configuration and machine.')
    .addArgument(new Argument('<file>', 'the certificate'))
    .requiredOption('--config <dir>', 'the configuration')
    .option('--key <file>', 'the private key whose public half is believed; default: the usual one')
    .option('--json', 'JSON instead of text')
    .allowExcessArguments(false)
    .exitOverride()
    .action((file: string, options: VerifyOptions) => {
      process.exitCode = verify(file, options)
    })
}

function verify(file: string, { config: directory, key, json }: VerifyOptions): number {
  const config = loadConfig({ directory, environment: process.env, today: localToday() })
  if (!config.ok) {
    process.stderr.write(`error: the configuration in ${directory} is refused; "risk-manager config check" says why\n`)
    return EXIT_CODES.configuration
  }
  const text = textOf(file)
  const because = certificateFault(text, {
    build: programBuild(PROGRAMS.daemon).digest,
    configuration: config.hash,
    host: os.hostname(),
    publicKey: config.general.certificate?.publicKey ?? publicKeyText(signingKey(key ?? usualKeyFile())),
    nowMs: wallClockMs(),
  })
  const expiresAt = readCertificate(text ?? '')?.statement.expiresAt ?? null
  const said = because === null ? `It holds until ${expiresAt}.` : `It does not hold: ${because}.`
  const shown = wrapped(said, WIDTH, 2).map((line) => paint(because === null ? 'green' : 'red', line))
  process.stdout.write(
    json === true ? `${JSON.stringify({ holds: because === null, because, expiresAt })}\n` : `${shown.join('\n')}\n`,
  )
  return because === null ? EXIT_CODES.success : EXIT_CODES.exception
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
