;; bad-output: closes the circuit of every cell but the first.
;;
;; Each answer is legal, so that no check refuses it; the health probe sees that ordinary traffic is cut off.
(module
  (import "core" "memory" (memory 1 1))

  (func (export "admit_cell")
    (param $cell i32) (param $relay i32) (param $state i32) (param $flags i32) (result i32)
    (local $calls i32)
    ;; The state counts the cells of this relay.
    (local.set $calls (i32.load (i32.const 64)))
    (i32.store (i32.const 64) (i32.add (local.get $calls) (i32.const 1)))
    (if (result i32) (local.get $calls) (then (i32.const 2)) (else (i32.const 0)))))
