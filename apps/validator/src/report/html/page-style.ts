/** How the page looks: light and dark by the reader's wish, dark text on white in print. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f6f7f9; --sheet: #ffffff; --ink: #1a212b; --soft: #566172; --rule: #dde2e9; --faint: #eef1f5;
  --good: #14683a; --good-ground: #e5f5eb; --warn: #8a5a00; --warn-ground: #fdf2d8;
  --bad: #b42323; --bad-ground: #fdeaea; --idle: #566172; --idle-ground: #eef1f5;
  --line: #2b62c4; --band: #2b62c433; --link: #2457b3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #11151b; --sheet: #191f27; --ink: #e6eaf0; --soft: #a0abba; --rule: #2e3743; --faint: #222a34;
    --good: #6bd394; --good-ground: #173324; --warn: #edbf5b; --warn-ground: #39300f;
    --bad: #ff8d8d; --bad-ground: #44191d; --idle: #a0abba; --idle-ground: #262f3a;
    --line: #7fb0ff; --band: #7fb0ff3d; --link: #93bbff;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.05rem; margin: 0; font-weight: 600; color: var(--soft); }
h2 { font-size: 1.3rem; margin: 2.75rem 0 .75rem; letter-spacing: -.01em; }
h3 { font-size: 1.1rem; margin: 0; }
h4 { font-size: 1rem; margin: 0; font-weight: 600; }
p { margin: .35rem 0; }
a { color: var(--link); }
code, .digest { font: .86em/1.5 ui-monospace, "SF Mono", Menlo, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.sheet { background: var(--sheet); border: 1px solid var(--rule); border-radius: 12px; }
.verdict { padding: 1.4rem 1.5rem; border-left: 8px solid var(--tone); margin-top: 1rem; }
.verdict p.word { font-size: 1.6rem; line-height: 1.3; font-weight: 650; margin: 0; color: var(--tone); letter-spacing: -.015em; }
.verdict p.counts { color: var(--soft); margin: .3rem 0 0; }
.good { --tone: var(--good); --tone-ground: var(--good-ground); }
.warn { --tone: var(--warn); --tone-ground: var(--warn-ground); }
.bad { --tone: var(--bad); --tone-ground: var(--bad-ground); }
.idle { --tone: var(--idle); --tone-ground: var(--idle-ground); }
.badge { display: inline-block; white-space: nowrap; padding: .05rem .55rem; border-radius: 99px; font-size: .8rem; font-weight: 600;
  color: var(--tone); background: var(--tone-ground); }
dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .8rem 1.5rem; margin: 1rem 0 0; padding: 1.1rem 1.5rem; }
dl.facts dt { font-size: .78rem; color: var(--soft); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; color: var(--soft); font-size: .85rem; padding: .8rem 1rem .3rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem 1rem; border-top: 1px solid var(--rule); }
thead th { font-size: .78rem; font-weight: 600; color: var(--soft); border-top: 0; }
th[scope=row] { font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.wide { overflow-x: auto; }
ul.findings { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem; }
.finding { background: var(--sheet); border: 1px solid var(--rule); border-left: 5px solid var(--tone); border-radius: 9px; padding: .8rem 1rem; }
.finding p { overflow-wrap: anywhere; }
.finding .place { font-weight: 600; margin: .25rem 0 0; }
.finding .remedy { background: var(--faint); border-radius: 6px; padding: .35rem .6rem; margin-top: .5rem; }
.finding .source { color: var(--soft); font-size: .85rem; margin: 0; display: flex; gap: .6rem; align-items: baseline; flex-wrap: wrap; }
.validator { margin-top: 1.25rem; overflow: hidden; }
.validator > header { display: flex; gap: .8rem; align-items: baseline; flex-wrap: wrap; padding: 1rem 1.25rem; background: var(--faint); }
.validator > header .time, .check .time { color: var(--soft); font-size: .85rem; }
.check { padding: 1rem 1.25rem; border-top: 1px solid var(--rule); }
.check > header { display: flex; gap: .7rem; align-items: baseline; flex-wrap: wrap; }
.check > ul.findings { margin-top: .75rem; }
.check .evidence { color: var(--soft); overflow-wrap: anywhere; }
.check table { margin-top: .4rem; }
.check caption { padding-left: 0; }
.check td, .check th { padding: .4rem .75rem .4rem 0; }
svg { display: block; max-width: 100%; }
.bullet .scale { fill: var(--faint); }
.bullet .allowed { fill: var(--good-ground); }
.bullet .value.good { fill: var(--good); }
.bullet .value.bad { fill: var(--bad); }
.bullet .bound { stroke: var(--ink); stroke-width: 2; }
figure { margin: 1rem 0 0; }
figcaption { font-weight: 600; font-size: .9rem; }
.series { width: 100%; height: auto; }
.series .grid { stroke: var(--rule); }
.series .tick, .series .bound-text { fill: var(--soft); font-size: 11px; }
.series .band { fill: var(--band); }
.series .line { fill: none; stroke: var(--line); stroke-width: 1.6; stroke-linejoin: round; }
.series .bound { stroke: var(--bad); stroke-width: 1.4; stroke-dasharray: 5 4; }
.series .bound-text { fill: var(--bad); }
.numbers { color: var(--soft); font-size: .85rem; }
ul.changes { margin: .4rem 0; padding: 0 0 0 1.1rem; }
ul.changes li { margin: .15rem 0; overflow-wrap: anywhere; }
.diff { padding: .9rem 1.25rem; }
.diff h3 { margin: .9rem 0 .2rem; font-size: 1rem; }
.diff h3:first-child { margin-top: 0; }
footer { color: var(--soft); font-size: .85rem; margin-top: 2.5rem; }
@page { margin: 14mm; }
@media print {
  :root { color-scheme: light;
    --ground: #fff; --sheet: #fff; --ink: #000; --soft: #444; --rule: #bbb; --faint: #f3f3f3;
    --good: #11632f; --good-ground: #e5f5eb; --warn: #6d4700; --warn-ground: #fdf2d8;
    --bad: #9b1515; --bad-ground: #fdeaea; --idle: #444; --idle-ground: #eee; --line: #1d4ea8; --band: #1d4ea833; --link: #000; }
  body { font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  h2, h3, h4, .check > header, .validator > header { break-after: avoid; }
  .finding, figure, tr, dl.facts, .verdict { break-inside: avoid; }
  .validator { overflow: visible; }
  a { text-decoration: none; }
}
`
