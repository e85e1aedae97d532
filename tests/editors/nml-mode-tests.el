;;; nml-mode-tests.el --- What the mode of Emacs does  -*- lexical-binding: t; -*-

(require 'ert)
(require 'imenu)
(require 'nml-mode)

(defmacro nml-tests--with (text &rest body)
  "Run BODY in a buffer of the mode that holds TEXT."
  (declare (indent 1))
  `(with-temp-buffer
     (insert ,text)
     (nml-mode)
     (font-lock-ensure)
     (goto-char (point-min))
     ,@body))

(defun nml-tests--face (text)
  "The face at the first place of TEXT."
  (goto-char (point-min))
  (search-forward text)
  (get-text-property (match-beginning 0) 'face))

(ert-deftest nml-files-are-recognised ()
  (should (eq (assoc-default "etl.nml" auto-mode-alist #'string-match) 'nml-mode))
  (with-temp-buffer
    (insert "#!/usr/bin/env nsc\nf\n")
    (set-auto-mode)
    (should (eq major-mode 'nml-mode))))

(ert-deftest nml-faces ()
  (nml-tests--with "module A.B:0.1.0\n/// doc\n// plain\nfun filter : { type : Text | r } -> T.Row\ndef w = Sources.http { is = $HOME, b = true } | concat f\n"
    (pcase-dolist (`(,text . ,face)
                   '(("module" . font-lock-keyword-face)
                     ("A.B:0.1.0" . font-lock-constant-face)
                     ("doc" . font-lock-doc-face)
                     ("plain" . font-lock-comment-face)
                     ("fun" . font-lock-keyword-face)
                     ("filter" . font-lock-function-name-face)
                     ("type" . font-lock-variable-name-face)
                     ("Text" . font-lock-builtin-face)
                     ("Row" . font-lock-type-face)
                     ("Sources" . font-lock-constant-face)
                     ("http" . font-lock-function-name-face)
                     ("is" . font-lock-variable-name-face)
                     ("$HOME" . font-lock-constant-face)
                     ("true" . font-lock-constant-face)
                     ("concat" . font-lock-keyword-face)))
      (should (equal (cons text (nml-tests--face text)) (cons text face))))))

(ert-deftest nml-comments-nest ()
  (nml-tests--with "/* a /* b */ c */ def w = f // d */\n"
    (should (eq (nml-tests--face " c") 'font-lock-comment-face))
    (should (eq (nml-tests--face "def") 'font-lock-keyword-face))
    (should (eq (nml-tests--face "d */") 'font-lock-comment-face))))

(ert-deftest nml-long-texts ()
  (nml-tests--with "def w = f { q = \"\"\"\n select \"x\" // no \\\"\"\" more\n\"\"\", n = 1 } // yes\n"
    (should (eq (nml-tests--face "select") 'font-lock-string-face))
    (should (eq (nml-tests--face "// no") 'font-lock-string-face))
    (should (eq (nml-tests--face "more") 'font-lock-string-face))
    (should (eq (nml-tests--face "n = 1") 'font-lock-variable-name-face))
    (should (eq (nml-tests--face "yes") 'font-lock-comment-face))))

(ert-deftest nml-an-empty-text-is-closed ()
  (nml-tests--with "def w = f { a = \"\", b = \"x\" } | g\ndef v = h\n"
    (should (eq (nml-tests--face "\"x\"") 'font-lock-string-face))
    (should (eq (nml-tests--face "v") 'font-lock-function-name-face))))

(ert-deftest nml-lines-are-commented ()
  (nml-tests--with "def w = f\n"
    (comment-region (point-min) (point-max))
    (should (equal (buffer-string) "// def w = f\n"))
    (uncomment-region (point-min) (point-max))
    (should (equal (buffer-string) "def w = f\n"))))

(ert-deftest nml-index ()
  (nml-tests--with "type T a = [a]\nfun f : T Text -> Text\ndef w = f\ndef v = w\n"
    (let ((index (imenu--make-index-alist t)))
      (should (equal (mapcar #'car (cdr (assoc "Definitions" index))) '("w" "v")))
      (should (equal (mapcar #'car (cdr (assoc "Types" index))) '("T"))))))

(ert-deftest nml-declarations-are-found ()
  (nml-tests--with "def a = f\n\ndef b =\n  g\n    | h\n"
    (goto-char (point-max))
    (beginning-of-defun)
    (should (looking-at "def b"))))

(ert-deftest nml-server-is-registered ()
  (defvar eglot-server-programs nil)
  (provide 'eglot)
  (should (equal (funcall (cdr (assq 'nml-mode eglot-server-programs)) nil) '("nsc" "lsp"))))

(ert-deftest nml-indentation-is-that-of-the-formatter ()
  (dolist (file (split-string (getenv "NML_LAID_OUT") ":"))
    (let ((laid-out (with-temp-buffer (insert-file-contents file) (buffer-string))))
      (nml-tests--with (replace-regexp-in-string "^ +" "" laid-out)
        (let ((inhibit-message t)) (indent-region (point-min) (point-max)))
        (should (equal (buffer-string) laid-out))))))

;;; nml-mode-tests.el ends here
