/**
 * Countries by the two letters that relays are known by, as the numbers that an atlas knows them by (ISO 3166-1).
 *
 * Written as "de276"; a test compares the names behind both. `uk` and `xk` are in use without being in the standard.
 */

const CODES =
  'af004 ax248 al008 dz012 as016 ad020 ao024 ai660 aq010 ag028 ar032 am051 aw533 au036 at040 az031 bs044 bh048 bd050 ' +
  'bb052 by112 be056 bz084 bj204 bm060 bt064 bo068 bq535 ba070 bw072 bv074 br076 io086 bn096 bg100 bf854 bi108 cv132 ' +
  'kh116 cm120 ca124 ky136 cf140 td148 cl152 cn156 cx162 cc166 co170 km174 cg178 cd180 ck184 cr188 ci384 hr191 cu192 ' +
  'cw531 cy196 cz203 dk208 dj262 dm212 do214 ec218 eg818 sv222 gq226 er232 ee233 sz748 et231 fk238 fo234 fj242 fi246 ' +
  'fr250 gf254 pf258 tf260 ga266 gm270 ge268 de276 gh288 gi292 gr300 gl304 gd308 gp312 gu316 gt320 gg831 gn324 gw624 ' +
  'gy328 ht332 hm334 va336 hn340 hk344 hu348 is352 in356 id360 ir364 iq368 ie372 im833 il376 it380 jm388 jp392 je832 ' +
  'jo400 kz398 ke404 ki296 kp408 kr410 kw414 kg417 la418 lv428 lb422 ls426 lr430 ly434 li438 lt440 lu442 mo446 mg450 ' +
  'mw454 my458 mv462 ml466 mt470 mh584 mq474 mr478 mu480 yt175 mx484 fm583 md498 mc492 mn496 me499 ms500 ma504 mz508 ' +
  'mm104 na516 nr520 np524 nl528 nc540 nz554 ni558 ne562 ng566 nu570 nf574 mk807 mp580 no578 om512 pk586 pw585 ps275 ' +
  'pa591 pg598 py600 pe604 ph608 pn612 pl616 pt620 pr630 qa634 re638 ro642 ru643 rw646 bl652 sh654 kn659 lc662 mf663 ' +
  'pm666 vc670 ws882 sm674 st678 sa682 sn686 rs688 sc690 sl694 sg702 sx534 sk703 si705 sb090 so706 za710 gs239 ss728 ' +
  'es724 lk144 sd729 sr740 sj744 se752 ch756 sy760 tw158 tj762 tz834 th764 tl626 tg768 tk772 to776 tt780 tn788 tr792 ' +
  'tm795 tc796 tv798 ug800 ua804 ae784 gb826 us840 um581 uy858 uz860 vu548 ve862 vn704 vg092 vi850 wf876 eh732 ye887 ' +
  'zm894 zw716';

const NUMBERS: ReadonlyMap<string, string> = new Map([
  ...CODES.split(' ').map((pair) => [pair.slice(0, 2), pair.slice(2)] as const),
  ['uk', '826'],
]);

/** The number of a country, three digits; undefined for what is no country, as `eu` or `zz`. */
export function countryNumber(code: string): string | undefined {
  return NUMBERS.get(code.toLowerCase());
}

/** Every code that has a number. */
export function countryCodes(): string[] {
  return [...NUMBERS.keys()];
}
