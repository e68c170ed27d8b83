/** The version of the program, as the store and the log name it. Held equal to package.json by a test. */
export const VERSION = '0.1.0'
