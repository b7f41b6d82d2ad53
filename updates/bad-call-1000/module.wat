;; bad-call-1000: works 999 times and traps on the thousandth cell of a relay.
(module
  (import "core" "memory" (memory 1 1))

  (func (export "admit_cell")
    (param $cell i32) (param $relay i32) (param $state i32) (param $flags i32) (result i32)
    (local $calls i32)
    ;; The state counts the cells of this relay.
    (local.set $calls (i32.load (i32.const 64)))
    (i32.store (i32.const 64) (i32.add (local.get $calls) (i32.const 1)))
    (if (i32.eq (local.get $calls) (i32.const 999)) (then unreachable))
    (i32.const 0)))
