import { HARMFUL_VARIABLES } from '@rm/runtime-pack'
import type { ServicePlan, ServicePlaces } from './service-plan.ts'

const NAME = 'risk-manager'
/** Below systemd's state folder; the home of the service's user, as the leases of its accounts lie in that home. */
const STATE = `/var/lib/${NAME}`
/** One level further down: the emergency journal lies beside the data folder. */
const DATA = `${STATE}/data`

/** The hardened unit of systemd (reliability, section 4.2). `MemoryDenyWriteExecute=` is left out: Node compiles while it runs. */
export function systemdUnit({ node, supervisor, configDirectory }: ServicePlaces): ServicePlan {
  const line = [node, '--disable-sigusr1', supervisor, '--config', configDirectory, '--data', DATA]
  const text = `[Unit]
Description=Risk Manager, enforces the risk rules of ProjectX accounts
Wants=network-online.target
After=network-online.target time-sync.target
# However often it ends, it is started again.
StartLimitIntervalSec=0

[Service]
ExecStart=${line.map(quoted).join(' ')}
User=${NAME}
Group=${NAME}
WorkingDirectory=${STATE}

# Encrypted with: systemd-creds encrypt --name=projectx_api_key KEY_FILE /etc/credstore.encrypted/projectx_api_key
#LoadCredentialEncrypted=projectx_username
#LoadCredentialEncrypted=projectx_api_key
# Readable by root alone, if the machine can encrypt nothing:
#LoadCredential=projectx_username:/etc/credstore/projectx_username
#LoadCredential=projectx_api_key:/etc/credstore/projectx_api_key

Restart=always
RestartSec=1
RestartPreventExitStatus=64
# The supervisor stops the daemon, and is patient for eight seconds.
KillMode=mixed
TimeoutStopSec=10
# The supervisor pings with systemd-notify, a process of its own.
WatchdogSec=10
NotifyAccess=all
OOMScoreAdjust=-900

StateDirectory=${NAME} ${NAME}/data
StateDirectoryMode=0700
# For the sockets of the local API: general.control.folder: /run/${NAME}
RuntimeDirectory=${NAME}
RuntimeDirectoryMode=0711
UMask=0077
LimitCORE=0
UnsetEnvironment=${HARMFUL_VARIABLES.join(' ')}

NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
PrivateTmp=yes
PrivateDevices=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
`
  return {
    text,
    file: `/etc/systemd/system/${NAME}.service`,
    afterInstall: [
      `useradd --system --user-group --home-dir ${STATE} --no-create-home --shell /usr/sbin/nologin ${NAME}`,
      'systemctl daemon-reload',
      `systemctl enable --now ${NAME}`,
    ],
    afterUninstall: [`systemctl disable --now ${NAME}`, 'systemctl daemon-reload'],
    hidden: ['/home', '/root', '/run/user', '/tmp', '/var/tmp'],
  }
}

/** A word of a command line; per cent and dollar signs mean something to systemd. */
function quoted(word: string): string {
  const escaped = word.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /^[\w./=%$-]+$/.test(escaped) ? escaped : `"${escaped}"`
}
