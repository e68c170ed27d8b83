/** The pool by itself: the package's face loads a browser's worth of fetch, caches and sockets, a third of a start for nothing. */
declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici'
  export default Pool
}
