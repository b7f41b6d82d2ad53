/** The style of report.html: light and dark, one column, wide things scroll by themselves. */

import { DARK_TWINS, darkChartCss, FAINT_INK, GRID, INK, PAPER } from './chart-style.ts';

function dark(colour: string): string {
  return DARK_TWINS[colour] ?? colour;
}

export const PAGE_CSS = `
:root{color-scheme:light dark;--ink:${INK};--faint:${FAINT_INK};--rule:${GRID};--paper:${PAPER};--block:#f5f5f4}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,"Segoe UI",Verdana,sans-serif}
main{max-width:1240px;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:clamp(1.4rem,4vw,2.1rem);line-height:1.2;margin:.2rem 0 .8rem}
h2{font-size:1.2rem;margin:2.4rem 0 .6rem}
p{max-width:46rem}
.kicker{color:var(--faint);margin:0;overflow-wrap:anywhere}
.answer{font-size:clamp(1.05rem,2.5vw,1.3rem);font-weight:600}
.scroll{overflow-x:auto}
.chart{margin:1.2rem 0;border:1px solid var(--rule);border-radius:6px}
.chart>svg{display:block;width:100%;height:auto;min-width:760px;color:var(--ink)}
table{border-collapse:collapse;margin:.6rem 0;font-variant-numeric:tabular-nums}
caption{caption-side:bottom;padding-top:.35rem;color:var(--faint);font-size:.8rem;text-align:left}
th,td{padding:.35rem .9rem .35rem 0;border-bottom:1px solid var(--rule);text-align:left;white-space:nowrap}
.wrap{display:inline-block;min-width:12rem;white-space:normal}
th{font-weight:600;color:var(--faint)}
pre{background:var(--block);padding:.8rem 1rem;border-radius:6px;overflow-x:auto;font-size:.85rem;line-height:1.45}
code{overflow-wrap:anywhere;font-size:.9em}
@media (prefers-color-scheme:dark){
:root{--ink:${dark(INK)};--faint:${dark(FAINT_INK)};--rule:${dark(GRID)};--paper:${dark(PAPER)};--block:#1f2328}
${darkChartCss('.chart')}
}
@media print{.chart{break-inside:avoid}.chart>svg{min-width:0}}
`;
