;; bad-loop: never comes back from the second cell of a relay.
;;
;; It runs out of fuel: the same instruction on every relay and every machine.
(module
  (import "core" "memory" (memory 1 1))

  (func (export "admit_cell")
    (param $cell i32) (param $relay i32) (param $state i32) (param $flags i32) (result i32)
    (local $calls i32)
    ;; The state counts the cells of this relay.
    (local.set $calls (i32.load (i32.const 64)))
    (i32.store (i32.const 64) (i32.add (local.get $calls) (i32.const 1)))
    (if (local.get $calls) (then (loop $forever (br $forever))))
    (i32.const 0)))
