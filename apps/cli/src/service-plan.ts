/** Where the parts of a service lie on the machine, as absolute paths. */
export interface ServicePlaces {
  /** The program of Node that runs it. */
  readonly node: string
  readonly supervisor: string
  readonly configDirectory: string
}

/** How one service manager is made to keep the supervisor running. */
export interface ServicePlan {
  /** The text that the service manager reads; of Windows the commands themselves. */
  readonly text: string
  /** Where it belongs; `null`: nowhere, as it consists of commands that an administrator gives. */
  readonly file: string | null
  /** Commands for the administrator once the file is there. */
  readonly afterInstall: readonly string[]
  /** Commands for the administrator once the file is gone. */
  readonly afterUninstall: readonly string[]
  /** Folders that the service does not see: no program of it may lie there. */
  readonly hidden: readonly string[]
}
