import { HARMFUL_VARIABLES } from '@rm/runtime-pack'
import type { ServicePlan, ServicePlaces } from './service-plan.ts'

const LABEL = 'risk-manager'
const STATE = '/var/db/risk-manager'
/** 0077: launchd wants the number in decimal. */
const UMASK = 0o077

/** The property list of launchd. What it cannot clear of its own environment, `env -u` does. */
export function launchdPlist({ node, supervisor, configDirectory }: ServicePlaces): ServicePlan {
  const cleared = HARMFUL_VARIABLES.flatMap((name) => ['-u', name])
  const program = [node, '--disable-sigusr1', supervisor, '--config', configDirectory, '--data', `${STATE}/data`]
  const words = ['/usr/bin/env', ...cleared, ...program]
  const file = `/Library/LaunchDaemons/${LABEL}.plist`
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key><string>${LABEL}</string>
  <key>ProgramArguments</key>
  <array>
${words.map((word) => `    <string>${escaped(word)}</string>`).join('\n')}
  </array>
  <key>UserName</key><string>_riskmanager</string>
  <key>WorkingDirectory</key><string>${STATE}</string>
  <key>RunAtLoad</key><true/>
  <key>KeepAlive</key><true/>
  <key>ThrottleInterval</key><integer>1</integer>
  <key>ExitTimeOut</key><integer>10</integer>
  <key>ProcessType</key><string>Interactive</string>
  <key>Umask</key><integer>${UMASK}</integer>
  <key>HardResourceLimits</key><dict><key>Core</key><integer>0</integer></dict>
  <key>StandardErrorPath</key><string>${STATE}/supervisor.err</string>
</dict>
</plist>
`
  return {
    text,
    file,
    afterInstall: [
      `sysadminctl -addUser _riskmanager -home ${STATE} -shell /usr/bin/false`,
      `install -d -m 700 -o _riskmanager ${STATE} ${STATE}/data`,
      `launchctl bootstrap system ${file}`,
    ],
    afterUninstall: [`launchctl bootout system/${LABEL}`],
    hidden: [],
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
