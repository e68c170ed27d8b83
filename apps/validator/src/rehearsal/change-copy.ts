import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Document, isMap, parseDocument } from 'yaml'

/** Changes one YAML file of a copied configuration. */
export function changeCopy(configDirectory: string, name: string, change: (document: Document) => void): void {
  const file = path.join(configDirectory, name)
  const document = parseDocument(existsSync(file) ? readFileSync(file, 'utf8') : '')
  change(document)
  writeFileSync(file, document.toString(), { mode: 0o600 })
}

/** More than one contract breaches from now on, on every account of the copy and above every other layer: a breach is to be had at will. */
export function limitToOneContract(configDirectory: string): void {
  changeCopy(configDirectory, 'accounts.yaml', (document) => {
    const accounts = document.get('accounts')
    const count = typeof accounts === 'object' && accounts !== null && 'items' in accounts ? itemsOf(accounts).length : 0
    for (let index = 0; index < count; index += 1) {
      const place = ['accounts', index, 'config_overrides']
      if (!isMap(document.getIn(place, true))) document.setIn(place, document.createNode({}))
      document.setIn([...place, 'rules', 'max_contracts', 'enabled'], true)
      document.setIn([...place, 'rules', 'max_contracts', 'limit'], 1)
    }
  })
}

function itemsOf({ items }: { readonly items: unknown }): readonly unknown[] {
  return Array.isArray(items) ? items : []
}
