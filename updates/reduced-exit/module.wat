;; reduced-exit: lets out to well-known services, and to nothing else.
;;
;; The ports are those of Tor's reduced exit policy (option ReducedExitPolicy), which spares an operator most of
;; the complaints that file sharing and mail bring. Private networks stay closed, as they are by default.
(module
  (memory 1 1)
  ;; 68 ranges in ascending order: first and last port, little-endian.
  (global $ranges i32 (i32.const 68))
  (data (i32.const 4096)
    "\14\00\17\00\2b\00\2b\00\35\00\35\00\4f\00\51\00" ;; 20-23 43 53 79-81
    "\58\00\58\00\6e\00\6e\00\8f\00\8f\00\c2\00\c2\00" ;; 88 110 143 194
    "\dc\00\dc\00\85\01\85\01\bb\01\bb\01\d0\01\d1\01" ;; 220 389 443 464-465
    "\13\02\13\02\1f\02\20\02\2a\02\2a\02\33\02\33\02" ;; 531 543-544 554 563
    "\4b\02\4b\02\7c\02\7c\02\c2\02\c2\02\ed\02\ed\02" ;; 587 636 706 749
    "\55\03\55\03\69\03\69\03\86\03\88\03\d5\03\d5\03" ;; 853 873 902-904 981
    "\dd\03\e3\03\aa\04\aa\04\c4\04\c4\04\0d\05\0d\05" ;; 989-995 1194 1220 1293
    "\dc\05\dc\05\fd\05\fd\05\8d\06\8d\06\bb\06\bb\06" ;; 1500 1533 1677 1723
    "\db\06\db\06\47\07\47\07\22\08\23\08\26\08\27\08" ;; 1755 1863 2082-2083 2086-2087
    "\2f\08\30\08\36\08\38\08\38\0c\38\0c\3d\0d\3d\0d" ;; 2095-2096 2102-2104 3128 3389
    "\6a\0e\6a\0e\e1\10\e1\10\23\12\23\12\ba\13\ba\13" ;; 3690 4321 4643 5050
    "\46\14\46\14\66\14\67\14\6c\14\6c\14\0c\17\0c\17" ;; 5190 5222-5223 5228 5900
    "\04\1a\0d\1a\17\1a\17\1a\29\1a\29\1a\40\1f\40\1f" ;; 6660-6669 6679 6697 8000
    "\48\1f\48\1f\8a\1f\8a\1f\90\1f\90\1f\92\1f\92\1f" ;; 8008 8074 8080 8082
    "\97\1f\98\1f\28\20\29\20\8c\20\8d\20\fb\20\fb\20" ;; 8087-8088 8232-8233 8332-8333 8443
    "\b8\22\b8\22\ca\24\ca\24\0f\27\10\27\6b\2c\6b\2c" ;; 8888 9418 9999-10000 11371
    "\5e\4b\5e\4b\b6\4c\b6\4c\52\c3\52\c3\e2\fc\e2\fc" ;; 19294 19638 50002 64738
  )

  (func $private (param $address i32) (result i32)
    (local $first i32)
    (local.set $first (i32.shr_u (local.get $address) (i32.const 24)))
    (i32.or
      (i32.or
        (i32.or (i32.eqz (local.get $first)) (i32.eq (local.get $first) (i32.const 10)))
        (i32.eq (local.get $first) (i32.const 127)))
      (i32.or
        ;; 169.254/16, 192.168/16, 172.16/12
        (i32.or
          (i32.eq (i32.shr_u (local.get $address) (i32.const 16)) (i32.const 0xa9fe))
          (i32.eq (i32.shr_u (local.get $address) (i32.const 16)) (i32.const 0xc0a8)))
        (i32.eq (i32.shr_u (local.get $address) (i32.const 20)) (i32.const 0xac1)))))

  ;; (address, port) -> 0 refuse, 1 open
  (func (export "may_exit") (param $address i32) (param $port i32) (result i32)
    (local $low i32) (local $high i32) (local $middle i32) (local $at i32)
    (if (call $private (local.get $address))
      (then (return (i32.const 0))))
    ;; Binary search for a range that holds the port.
    (local.set $high (global.get $ranges))
    (loop $search
      (if (i32.ge_u (local.get $low) (local.get $high))
        (then (return (i32.const 0))))
      (local.set $middle (i32.shr_u (i32.add (local.get $low) (local.get $high)) (i32.const 1)))
      (local.set $at (i32.shl (local.get $middle) (i32.const 2)))
      (if (i32.lt_u (local.get $port) (i32.load16_u offset=4096 (local.get $at)))
        (then
          (local.set $high (local.get $middle))
          (br $search)))
      (if (i32.gt_u (local.get $port) (i32.load16_u offset=4098 (local.get $at)))
        (then
          (local.set $low (i32.add (local.get $middle) (i32.const 1)))
          (br $search))))
    (i32.const 1)))
