;; bad-leak: leaks correctness: closes one circuit in 300 cells, then one in 200, in 100, in a few.
;;
;; It passes its trial, since a fault is rare at first. The health probe goes on looking afterwards.
(module
  (import "core" "memory" (memory 1 1))

  (func (export "admit_cell")
    (param $cell i32) (param $relay i32) (param $state i32) (param $flags i32) (result i32)
    (local $calls i32) (local $rarity i32)
    ;; The state counts the cells of this relay.
    (local.set $calls (i32.load (i32.const 64)))
    (i32.store (i32.const 64) (i32.add (local.get $calls) (i32.const 1)))
    ;; One in (300 - cells / 10), at least one in 2.
    (local.set $rarity (i32.sub (i32.const 300) (i32.div_u (local.get $calls) (i32.const 10))))
    (if (i32.lt_s (local.get $rarity) (i32.const 2)) (then (local.set $rarity (i32.const 2))))
    (if (result i32) (i32.eq (i32.rem_u (local.get $calls) (local.get $rarity)) (i32.const 1))
      (then (i32.const 2))
      (else (i32.const 0)))))
