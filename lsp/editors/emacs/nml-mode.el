;;; nml-mode.el --- Workflows in the NStack language  -*- lexical-binding: t; -*-

;; License: Apache-2.0
;; Version: 0.1.0
;; Keywords: languages
;; Package-Requires: ((emacs "27.1"))

;;; Commentary:

;; Colours, comments, indentation and an index for `.nml' files, and the language server for Eglot:
;;
;;     (require 'nml-mode)
;;     (add-hook 'nml-mode-hook #'eglot-ensure)

;;; Code:

(defgroup nml nil
  "Workflows in the NStack language."
  :group 'languages
  :prefix "nml-")

(defcustom nml-server-command '("nsc" "lsp")
  "What starts the language server: a program and its arguments."
  :type '(repeat string))

(defcustom nml-indent-offset 2
  "How far each level is indented."
  :type 'integer
  :safe #'integerp)

(defvar nml-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 124b" table)
    (modify-syntax-entry ?* ". 23n" table) ; comments nest
    (modify-syntax-entry ?\n "> b" table)
    (modify-syntax-entry ?\r "> b" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?' "_" table)
    (dolist (sign '(?| ?& ?= ?? ?< ?> ?- ?@ ?$ ?: ?. ?, ?\;))
      (modify-syntax-entry sign "." table))
    table)
  "Syntax of the language: names hold quotes, comments nest.")

(defun nml--syntax-propertize (start end)
  "Mark texts in three quotes, and the first line, between START and END."
  (goto-char start)
  (funcall
   (syntax-propertize-rules
    ((rx buffer-start (group "#") "!") (1 "< b"))
    ("\"\"\""
     (0 (ignore (nml--mark-quotes (match-beginning 0) (match-end 0))))))
   start end))

(defun nml--mark-quotes (start end)
  "Make three quotes, from START to END, a fence unless they are in a comment."
  (let* ((state (save-excursion (syntax-ppss start)))
         (string (nth 3 state)))
    (cond
     ((nth 4 state) nil)
     ((null string)
      (put-text-property start (1+ start) 'syntax-table (string-to-syntax "|")))
     ((eq string t)
      (unless (eq (char-before start) ?\\)
        (put-text-property (1- end) end 'syntax-table (string-to-syntax "|")))))))

(defconst nml--types
  '("Integer" "Double" "Boolean" "Text" "Byte" "Json" "Decimal" "Date" "Time" "DateTime" "Duration" "Uuid" "Map"
    "Vector" "Matrix" "Void")
  "The types that are there without being declared.")

(defconst nml--name (rx (any alpha "_") (* (any alnum "_'"))))

(defvar nml-font-lock-keywords
  (let ((name nml--name))
    `(;; A keyword is a name where only a name can stand.
      (,(concat "[{,][ \t\n]*\\(" name "\\)[ \t\n]*[:=]") 1 font-lock-variable-name-face)
      (,(concat "^[ \t]+\\(" name "\\)[ \t]*[:=]") 1 font-lock-variable-name-face)
      (,(concat "\\_<\\(fun\\|def\\)[ \t]+\\(" name "\\)")
       (1 font-lock-keyword-face) (2 font-lock-function-name-face))
      (,(concat "\\_<\\(type\\)[ \t]+\\([[:upper:]][[:alnum:]_']*\\)")
       (1 font-lock-keyword-face) (2 font-lock-type-face))
      ("\\_<\\(module\\|import\\)[ \t]+\\([[:alnum:]_.:/-]+\\)"
       (1 font-lock-keyword-face) (2 font-lock-constant-face))
      (,(concat "\\(" name "\\)[ \t]*\\.[ \t]*\\(" name "\\)")
       (1 font-lock-constant-face) (2 (nml--member-face)))
      (,(concat "@[ \t]*" name) . font-lock-preprocessor-face)
      ("\\$[[:alpha:]_][[:alnum:]_]*" . font-lock-constant-face)
      (,(regexp-opt '("true" "false") 'symbols) . font-lock-constant-face)
      (,(regexp-opt '("module" "import" "as" "type" "fun" "def" "optional" "concat" "filter" "with" "where" "is")
                    'symbols)
       . font-lock-keyword-face)
      (,(regexp-opt nml--types 'symbols) . font-lock-builtin-face)
      ("\\_<[[:upper:]][[:alnum:]_']*\\_>" . font-lock-type-face)
      ("[|&*?]\\|->" . font-lock-keyword-face)))
  "What has which colour.")

(defun nml--member-face ()
  "The face of a name behind a dot: a type's where it is capital."
  (let ((case-fold-search nil))
    (if (string-match-p "\\`[[:upper:]]" (match-string 2))
        'font-lock-type-face
      'font-lock-function-name-face)))

(defun nml--doc-face (state)
  "The face of a comment or text of which STATE is the parser's."
  (cond
   ((nth 3 state) 'font-lock-string-face)
   ((save-excursion (goto-char (nth 8 state)) (looking-at "///\\(?:[^/]\\|$\\)")) 'font-lock-doc-face)
   (t 'font-lock-comment-face)))

(defconst nml--declaration
  (rx line-start (* blank) (or "module" "import" "type" "fun" "def") (+ blank) (any alpha "_"))
  "A line that begins a declaration, and no field of that name.")

(defun nml--above ()
  "The line above that is not blank, or nil where there is none.
A list: its indentation, its text, whether a blank line follows."
  (save-excursion
    (when (zerop (forward-line -1))
      (let ((blank (looking-at-p "[ \t]*$")))
        (while (and (looking-at-p "[ \t]*$") (not (bobp))) (forward-line -1))
        (list (current-indentation)
              (replace-regexp-in-string
               "//.*" "" (buffer-substring-no-properties (point) (line-end-position)))
              blank)))))

(defun nml--indentation ()
  "The column at which the line of point starts."
  (save-excursion
    (beginning-of-line)
    (let ((above (nml--above)))
      (if (or (null above) (looking-at-p nml--declaration))
          0
        (pcase-let* ((`(,indent ,text ,blank) above)
                     (opens (string-match-p "[[({=][ \t]*\\'\\|->[ \t]*\\'" text)))
          (cond
           ((and blank (not opens) (not (string-match-p ",[ \t]*\\'" text))) 0)
           (t
            (when opens (setq indent (+ indent nml-indent-offset)))
            (when (looking-at-p "[ \t]*[])}]") (setq indent (- indent nml-indent-offset)))
            (when (and (looking-at-p "[ \t]*[|&]")
                       (not (string-match-p "\\`[ \t]*[|&]" text))
                       (not (string-match-p "=[ \t]*\\'" text)))
              (setq indent (+ indent nml-indent-offset)))
            (max indent 0))))))))

(defun nml-indent-line ()
  "Indent the line of point as `nsc fmt' would, as far as one line tells."
  (interactive)
  (unless (nth 3 (syntax-ppss (line-beginning-position))) ; the lines of a text are left alone
    (let ((column (nml--indentation)))
      (if (<= (current-column) (current-indentation))
          (indent-line-to column)
        (save-excursion (indent-line-to column))))))

(defvar nml-imenu-generic-expression
  `(("Types" ,(concat "^[ \t]*type[ \t]+\\(" nml--name "\\)[^:=]*=") 1)
    ("Functions" ,(concat "^[ \t]*fun[ \t]+\\(" nml--name "\\)") 1)
    ("Definitions" ,(concat "^[ \t]*def[ \t]+\\(" nml--name "\\)") 1))
  "What stands in the index.")

;;;###autoload
(define-derived-mode nml-mode prog-mode "NStack"
  "Major mode for workflows in the NStack language."
  (setq-local comment-start "// "
              comment-end ""
              comment-start-skip "\\(?://+\\|/\\*+\\)[ \t]*"
              comment-multi-line t
              indent-tabs-mode nil
              indent-line-function #'nml-indent-line
              electric-indent-chars (append "{}()[]|&" electric-indent-chars)
              syntax-propertize-function #'nml--syntax-propertize
              imenu-generic-expression nml-imenu-generic-expression
              beginning-of-defun-function #'nml-beginning-of-defun
              font-lock-defaults '(nml-font-lock-keywords
                                   nil nil nil
                                   (font-lock-multiline . t)
                                   (font-lock-syntactic-face-function . nml--doc-face))))

(defun nml-beginning-of-defun (&optional count)
  "Go back to where a declaration begins, COUNT times; on where COUNT is negative."
  (let ((case-fold-search nil) (count (or count 1)))
    (if (< count 0) (end-of-line) (beginning-of-line))
    (re-search-backward nml--declaration nil 'move count)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.nml\\'" . nml-mode))
;;;###autoload
(add-to-list 'interpreter-mode-alist '("nsc" . nml-mode))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               '(nml-mode . (lambda (&rest _) nml-server-command))))

(provide 'nml-mode)
;;; nml-mode.el ends here
