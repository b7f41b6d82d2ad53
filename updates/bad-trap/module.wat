;; bad-trap: traps on the second cell of a relay.
;;
;; The canary knows only first cells, so that it passes and fails in service at once.
(module
  (import "core" "memory" (memory 1 1))

  (func (export "admit_cell")
    (param $cell i32) (param $relay i32) (param $state i32) (param $flags i32) (result i32)
    (local $calls i32)
    ;; The state counts the cells of this relay.
    (local.set $calls (i32.load (i32.const 64)))
    (i32.store (i32.const 64) (i32.add (local.get $calls) (i32.const 1)))
    (if (local.get $calls) (then unreachable))
    (i32.const 0)))
