;; bad-flapping: behaves for 1,200 cells and then traps on each SENDME, between cells that it handles well.
;;
;; Its trial is over by then. A single fault is forgiven; three within a thousand calls are not.
(module
  (import "core" "memory" (memory 1 1))

  (func (export "admit_cell")
    (param $cell i32) (param $relay i32) (param $state i32) (param $flags i32) (result i32)
    (local $calls i32)
    ;; The state counts the cells of this relay.
    (local.set $calls (i32.load (i32.const 64)))
    (i32.store (i32.const 64) (i32.add (local.get $calls) (i32.const 1)))
    (if (i32.and
          (i32.gt_u (local.get $calls) (i32.const 1200))
          (i32.eq (local.get $relay) (i32.const 5)))
      (then unreachable))
    (i32.const 0)))
