import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { loadConfig, explainConfig } from '@rm/config'
import { AccountId } from '@rm/domain'
import { describe, expect, test } from 'vitest'
import { type Answers, filesOf } from '../src/init-files.ts'
import { DraftFolder } from '../src/init-folder.ts'
import { shippedLimits, type Size, SIZES } from '../src/init-profile.ts'
import { TemporaryFolder } from '../src/temporary-folder.ts'

const TODAY = Temporal.PlainDate.from('2026-11-18')
const KEY = String.raw`it's "a" \key $HOME # of mine`

function answers(size: Size, limits = shippedLimits(size)): Answers {
  return {
    place: {
      environment: 'production',
      apiUrl: 'https://api.firm.projectx.com',
      userHubUrl: 'https://rtc.firm.projectx.com/hubs/user',
      marketHubUrl: 'https://rtc.firm.projectx.com/hubs/market',
      caFile: null,
    },
    login: { userName: 'ann smith', apiKey: KEY },
    accounts: [
      { id: AccountId.parse(7_001_001), name: '50KTC-"V2": #1', type: 'combine', size, limits },
      { id: AccountId.parse(7_001_002), name: 'PRAC-V2-2', type: 'practice', size: 'practice', limits },
    ],
  }
}

describe('a folder that init makes', () => {
  test.each(Object.keys(SIZES) as readonly Size[])('is accepted with the shipped limits of %s', async (size) => {
    using parent = new TemporaryFolder()
    using draft = new DraftFolder(path.join(parent.path, 'my-risk'))
    await draft.write(filesOf(answers(size)))
    const loaded = loadConfig({ directory: draft.path, environment: {}, today: TODAY })
    expect(loaded).toMatchObject({
      ok: true,
      warnings: [],
      api: { apiUrl: 'https://api.firm.projectx.com', environment: 'production' },
      credentials: { userName: 'ann smith' },
    })
    expect(loaded.credentials?.apiKey.reveal()).toBe(KEY)
  })

  test('says of each account what was answered', async () => {
    const limits = { dayLoss: -321.5, positionLoss: -50, contracts: 3, products: { MES: 4 } }
    using parent = new TemporaryFolder()
    using draft = new DraftFolder(path.join(parent.path, 'my-risk'))
    await draft.write(filesOf(answers('100k', limits)))
    const explained = explainConfig({ directory: draft.path, environment: {}, today: TODAY })
    if (!explained.ok) throw new Error(JSON.stringify(explained.diagnostics))
    expect(explained.accounts.map(({ name }) => name)).toEqual(['50KTC-"V2": #1', 'PRAC-V2-2'])
    for (const { settings } of explained.accounts) {
      const written = new Map(settings.map(({ path: key, value }) => [key, value]))
      expect(written.get('rules.daily_realized_loss.limit')).toBe(-321.5)
      expect(written.get('rules.daily_unrealized_loss.limit')).toBe(-50)
      expect(written.get('rules.max_contracts.limit')).toBe(3)
      expect(settings.filter(({ path: key }) => key.includes('instrument_limits')).map(({ value }) => value)).toEqual([
        4,
      ])
    }
  })

  test('is readable by its owner alone', async () => {
    using parent = new TemporaryFolder()
    using draft = new DraftFolder(path.join(parent.path, 'deep', 'my-risk'))
    await draft.write(filesOf(answers('50k')))
    expect(draft.install()).toBeNull()
    const folder = path.join(parent.path, 'deep', 'my-risk')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(path.join(folder, '.env')).mode & 0o777).toBe(0o600)
  })

  test('takes the place of another one, which is kept', async () => {
    using parent = new TemporaryFolder()
    const folder = path.join(parent.path, 'my-risk')
    mkdirSync(folder)
    mkdirSync(`${folder}.old-1`)
    writeFileSync(path.join(folder, 'mine.yaml'), 'mine')
    {
      using draft = new DraftFolder(folder)
      await draft.write(filesOf(answers('50k')))
      expect(draft.install()).toBe(`${folder}.old-2`)
    }
    expect(readFileSync(path.join(`${folder}.old-2`, 'mine.yaml'), 'utf8')).toBe('mine')
    expect(existsSync(path.join(folder, 'mine.yaml'))).toBe(false)
    expect(existsSync(path.join(folder, 'accounts.yaml'))).toBe(true)
  })

  test('that is not installed leaves nothing', async () => {
    using parent = new TemporaryFolder()
    {
      using draft = new DraftFolder(path.join(parent.path, 'my-risk'))
      await draft.write(filesOf(answers('50k')))
    }
    expect(readdirSync(parent.path)).toEqual([])
  })
})
