import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library'
import type { LockedPackage } from './locked-packages.ts'

const NAME = 'risk-manager'

/**
 * What the programs are made of, as CycloneDX 1.6 in JSON. The same lockfile gives the same text: it has no date and no number of its own.
 *
 * @param version - of the product
 */
export function billOfMaterials(packages: readonly LockedPackage[], version: string): string {
  const bom = new Models.Bom()
  const product = new Models.Component(Enums.ComponentType.Application, NAME, { version, bomRef: `${NAME}@${version}` })
  bom.metadata.component = product
  const components = new Map(packages.map((locked) => [`${locked.name}@${locked.version}`, componentOf(locked)]))
  for (const locked of packages) {
    const component = components.get(`${locked.name}@${locked.version}`)
    if (component === undefined) continue
    bom.components.add(component)
    if (locked.isShipped) product.dependencies.add(component.bomRef)
    for (const need of locked.needs) {
      const needed = components.get(need)
      if (needed !== undefined) component.dependencies.add(needed.bomRef)
    }
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6))
  return serializer.serialize(bom, { sortLists: true, space: 2 })
}

function componentOf({ name, version, integrity, isShipped }: LockedPackage): Models.Component {
  const slash = name.startsWith('@') ? name.indexOf('/') : -1
  const purl = purlOf(name, version)
  return new Models.Component(Enums.ComponentType.Library, name.slice(slash + 1), {
    ...(slash === -1 ? {} : { group: name.slice(0, slash) }),
    version,
    purl,
    bomRef: purl,
    scope: isShipped ? Enums.ComponentScope.Required : Enums.ComponentScope.Excluded,
    hashes: new Models.HashDictionary(hashOf(integrity)),
  })
}

/** The address of a package of npm (package-url, type npm). */
function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`
}

function hashOf(integrity: string | null): readonly [Enums.HashAlgorithm, string][] {
  const [, digest] = /^sha512-([A-Za-z0-9+/=]+)$/.exec(integrity ?? '') ?? []
  return digest === undefined ? [] : [[Enums.HashAlgorithm['SHA-512'], Buffer.from(digest, 'base64').toString('hex')]]
}
