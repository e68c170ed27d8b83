/** When a command is run, for one that wants something else than a daemon that runs. */
export type CommandPlan =
  /** The one that makes the configuration: a person answers. */
  | { readonly when: 'wizard' }
  /** The one that is the daemon of all others. */
  | { readonly when: 'daemon' }
  /** Goes on for ever: is interrupted as soon as it has said this. */
  | { readonly when: 'follows'; readonly until: RegExp }
  /** After all others, in this order: it ends the day. */
  | { readonly when: 'last'; readonly place: number }
  /** While no daemon runs. `patience` is added on a machine that many tests share; `code` is that of the command. */
  | { readonly when: 'stopped'; readonly patience?: string; readonly code?: number }
  /** Not run. What it names has to exist all the same: the program, its command, its options. */
  | { readonly when: 'never'; readonly because: string }

const LONG = 'takes minutes; the gate or the nights run it'
const VALIDATOR = 'its tests run what it does (apps/validator/test, the whole in whole-run.long.test.ts)'
const ROOT_ONLY = 'changes the machine and needs root'
const SYSTEMD = 'needs a system that systemd runs'
const ELSEWHERE = 'is a program of somebody else'

/** Commands of documents that are not simply run beside the daemon, each as it stands there. */
export const PLANS: Readonly<Record<string, CommandPlan>> = {
  'npm run -s risk-manager -- init --config my-risk': { when: 'wizard' },
  'risk-manager init --config /etc/risk-manager': {
    when: 'never',
    because: 'the wizard of docs/operating.md is played',
  },
  'node apps/daemon/dist/supervisor.js --config my-risk --data my-data': { when: 'daemon' },
  'node tooling/bootstrap/bootstrap.mjs --build @rm/daemon --exec apps/daemon/dist/supervisor.js --config my-risk --data my-data':
    { when: 'never', because: 'builds, then is the daemon of the line after it' },

  'risk-manager status --live --control my-data/control': { when: 'follows', until: /risk-manager \d/ },
  'risk-manager logs --data my-data --follow --level warn': { when: 'follows', until: /Breach/ },
  'node packages/gateway-sim/dist/main.js --port 5080 --control-port 5081 --scenario practice-day --hold': {
    when: 'follows',
    until: /http:/,
  },

  "risk-manager panic 7001001 --reason 'the platform hangs' --control my-data/control": { when: 'last', place: 1 },
  'risk-manager daemon stop --yes --control my-data/control': { when: 'last', place: 2 },

  'risk-manager smoke': { when: 'stopped', patience: '--within 60s' },
  'risk-manager smoke --config my-risk': { when: 'stopped', patience: '--within 60s' },
  'risk-manager deploy-check --config /etc/risk-manager --data /var/lib/risk-manager/data': { when: 'stopped' },
  'risk-manager backup create --data my-data': { when: 'stopped' },
  'risk-manager backup restore newest --data my-data': { when: 'stopped' },
  'risk-manager audit verify --data my-data': { when: 'stopped' },
  'risk-manager audit verify --data my-data --anchor my-data/logs/risk_manager.log --json': { when: 'stopped' },
  'risk-manager credentials encrypt --config /etc/risk-manager --passphrase-file passphrase.txt': { when: 'stopped' },
  'risk-manager env diff yesterday.json today.json': { when: 'stopped', code: 1 },

  'npm start': { when: 'never', because: LONG },
  'npm test': { when: 'never', because: LONG },
  'npm run -s bench -- relay': { when: 'never', because: LONG },
  'npm run -s bench -- engine': { when: 'never', because: LONG },
  'npm run -s bench -- quotes': { when: 'never', because: LONG },
  'npm run -s bench -- boot': { when: 'never', because: LONG },
  'npm run -s bench -- recovery': { when: 'never', because: LONG },
  'npm run -s simulate -- --minutes 5': { when: 'never', because: LONG },
  'npm run -s validate:quick': { when: 'never', because: VALIDATOR },
  'npm run -s validate -- --config my-risk --data my-data': { when: 'never', because: VALIDATOR },
  'npm run -s validate -- --only security,database --json': { when: 'never', because: VALIDATOR },
  'npm run -s validate -- --config my-risk --report validation': { when: 'never', because: VALIDATOR },
  'npm run -s validate -- --config my-risk --certificate my-data/certificate.json': {
    when: 'never',
    because: VALIDATOR,
  },
  'npm run -s validate -- certificate key': { when: 'never', because: VALIDATOR },
  'npm run -s validate -- certificate verify my-data/certificate.json --config my-risk': {
    when: 'never',
    because: VALIDATOR,
  },
  'npm run -s validate -- --report validation': { when: 'never', because: VALIDATOR },
  'npm run -s validate -- diff last-week/report.json validation/report.json': { when: 'never', because: VALIDATOR },
  'VALIDATION_SLACK_WEBHOOK=https://hooks.slack.com/services/… npm run -s validate -- --notify-slack': {
    when: 'never',
    because: VALIDATOR,
  },
  'npm run -s validate -- list': { when: 'never', because: VALIDATOR },
  'npm run -s test-requirements': { when: 'never', because: LONG },
  'npm run -s test-requirements -- --base HEAD~3 --json': { when: 'never', because: LONG },
  'cd tests-e2e && RM_SOAK_MINUTES=60 pnpm exec vitest run --mode long test/host/soak.long.test.ts': {
    when: 'never',
    because: LONG,
  },
  'PROJECTX_USERNAME=practice PROJECTX_API_KEY=practice-key node apps/daemon/dist/main.js --config config/simulator --data sim-data':
    { when: 'never', because: 'wants a simulator on a fixed port; npm start runs the same on free ones' },

  'git clone REPOSITORY /opt/risk-manager': { when: 'never', because: ELSEWHERE },
  'git -C /opt/risk-manager pull': { when: 'never', because: ELSEWHERE },
  'cd /opt/risk-manager': { when: 'never', because: ROOT_ONLY },
  "alias risk-manager='npm run -s --prefix /opt/risk-manager risk-manager --'": {
    when: 'never',
    because: 'is for a terminal',
  },
  'risk-manager service install --config /etc/risk-manager': { when: 'never', because: ROOT_ONLY },
  'risk-manager service uninstall': { when: 'never', because: ROOT_ONLY },
  'useradd --system --user-group --home-dir /var/lib/risk-manager --no-create-home --shell /usr/sbin/nologin risk-manager':
    { when: 'never', because: ROOT_ONLY },
  'chown -R root:risk-manager /etc/risk-manager': { when: 'never', because: ROOT_ONLY },
  'chmod -R u=rwX,g=rX,o= /etc/risk-manager': { when: 'never', because: ROOT_ONLY },
  'chown risk-manager: /etc/risk-manager/credentials.enc': { when: 'never', because: ROOT_ONLY },
  'chmod 600 /etc/risk-manager/credentials.enc': { when: 'never', because: ROOT_ONLY },
  'cp -a /var/lib/risk-manager/data /var/lib/risk-manager/data.before': { when: 'never', because: ROOT_ONLY },
  'systemctl daemon-reload': { when: 'never', because: SYSTEMD },
  'systemctl enable --now risk-manager': { when: 'never', because: SYSTEMD },
  'systemctl disable --now risk-manager': { when: 'never', because: SYSTEMD },
  'systemctl stop risk-manager': { when: 'never', because: SYSTEMD },
  'systemctl start risk-manager': { when: 'never', because: SYSTEMD },
  'systemd-creds encrypt --name=projectx_username username.txt /etc/credstore.encrypted/projectx_username': {
    when: 'never',
    because: SYSTEMD,
  },
  'systemd-creds encrypt --name=projectx_api_key key.txt /etc/credstore.encrypted/projectx_api_key': {
    when: 'never',
    because: SYSTEMD,
  },
  'shred -u username.txt key.txt /etc/risk-manager/.env': { when: 'never', because: ROOT_ONLY },
  'promtool check config config/monitoring/prometheus.yaml': {
    when: 'never',
    because: 'tests-e2e/test/control/prometheus.long.test.ts runs it where it is installed',
  },
}

/** Programs that are run without being listed: ours, and readers that change nothing but the simulator. */
export const PROGRAMS_RUN = ['risk-manager', 'grep', 'curl', 'export'] as const
