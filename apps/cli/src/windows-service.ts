import type { ServicePlan, ServicePlaces } from './service-plan.ts'

const NAME = 'RiskManager'
const DATA = String.raw`C:\ProgramData\RiskManager\data`
const WRAPPER = String.raw`C:\Program Files\shawl\shawl.exe`
/** SYSTEM and administrators do everything; who is logged in may only look (no WP, the right to stop). */
const RIGHTS = 'D:(A;;CCLCSWRPWPDTLOCRRC;;;SY)(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)(A;;CCLCSWLOCRRC;;;IU)'

/** The commands that make a service of Windows. Node does not answer the service manager, so that a wrapper has to: Shawl is one. */
export function windowsService({ node, supervisor, configDirectory }: ServicePlaces): ServicePlan {
  const program = [node, '--disable-sigusr1', supervisor, '--config', configDirectory, '--data', DATA]
  const line = [WRAPPER, 'run', '--name', NAME, '--stop-timeout', '10000', '--', ...program].map(quoted).join(' ')
  const commands = [
    'rem In cmd.exe as an administrator. Shawl (https://github.com/mtkennerly/shawl) answers the service manager for Node.',
    `sc.exe create ${NAME} start= auto obj= "NT SERVICE\\${NAME}" binPath= "${line.replaceAll('"', String.raw`\"`)}"`,
    `sc.exe sidtype ${NAME} unrestricted`,
    'rem Started again after one second, however often it ends; the count of failures never matters.',
    `sc.exe failure ${NAME} reset= 0 actions= restart/1000/restart/1000/restart/1000`,
    `sc.exe failureflag ${NAME} 1`,
    'rem Who is logged in may neither stop nor change it.',
    `sc.exe sdset ${NAME} ${RIGHTS}`,
    `icacls "${DATA}" /inheritance:r /grant "NT SERVICE\\${NAME}:(OI)(CI)F" /grant "*S-1-5-32-544:(OI)(CI)F"`,
    `sc.exe start ${NAME}`,
  ]
  return {
    text: `${commands.join('\n')}\n`,
    file: null,
    afterInstall: [],
    afterUninstall: [`sc.exe stop ${NAME}`, `sc.exe delete ${NAME}`],
    hidden: [],
  }
}

function quoted(word: string): string {
  return /\s/.test(word) ? `"${word}"` : word
}
