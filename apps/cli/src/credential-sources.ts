import { CredentialSources } from '@rm/config'

/** Where the credentials of a folder come from, with the person at the terminal to be asked for the passphrase. */
export function credentialSources(directory: string, passphraseFile: string | null): CredentialSources {
  return new CredentialSources({ directory, environment: process.env, passphraseFile, terminal: terminal() })
}

/** `null`: nobody is there to be asked. */
export function terminal() {
  const { stdin, stderr } = process
  return stdin.isTTY && stderr.isTTY ? { input: stdin, output: stderr } : null
}
