import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Document, isMap, isSeq, parseDocument } from 'yaml'

/** Changes one YAML file of a copied configuration. */
export function changeCopy(configDirectory: string, name: string, change: (document: Document) => void): void {
  const file = path.join(configDirectory, name)
  const document = parseDocument(existsSync(file) ? readFileSync(file, 'utf8') : '')
  change(document)
  writeFileSync(file, document.toString(), { mode: 0o600 })
}

/** More than one contract breaches from now on: a breach is to be had at will. */
export function limitToOneContract(configDirectory: string): void {
  setForAccounts(configDirectory, 'max_contracts', { enabled: true, limit: 1 })
}

/** A dollar that is lost locks the account until the daily reset. Smaller limits of open losses would be refused above that one. */
export function limitLosses(configDirectory: string): void {
  for (const rule of ['daily_unrealized_loss', 'cooldown_after_loss'])
    setForAccounts(configDirectory, rule, { enabled: false })
  setForAccounts(configDirectory, 'daily_realized_loss', { enabled: true, limit: -1, include_unrealized: true })
}

/** Sets keys of a rule for every account of the copy, above every other layer. */
function setForAccounts(configDirectory: string, rule: string, settings: Readonly<Record<string, unknown>>): void {
  changeCopy(configDirectory, 'accounts.yaml', (document) => {
    const accounts = document.get('accounts')
    const listed = isSeq(accounts) ? [...accounts.items.keys()].map((index) => ['accounts', index]) : []
    // The older form for one account.
    const single = document.has('monitored_account') ? [['monitored_account']] : []
    for (const account of [...listed, ...single]) {
      const overrides = [...account, 'config_overrides']
      if (!isMap(document.getIn(overrides, true))) document.setIn(overrides, document.createNode({}))
      for (const [key, value] of Object.entries(settings)) document.setIn([...overrides, 'rules', rule, key], value)
    }
  })
}
