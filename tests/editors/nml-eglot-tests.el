;;; nml-eglot-tests.el --- The language server in Emacs  -*- lexical-binding: t; -*-

(require 'ert)
(require 'nml-mode)
(require 'eglot)
(require 'flymake)

(defun nml-tests--wait (what check)
  "Wait until CHECK is true; an error that tells of WHAT where it never is."
  (let ((tries 600))
    (while (not (funcall check))
      (when (zerop (setq tries (1- tries))) (error "Waited in vain for %s" what))
      (accept-process-output nil 0.05))))

(defun nml-tests--faults ()
  "What Flymake shows, as line, code and text."
  (mapcar (lambda (one)
            (list (line-number-at-pos (flymake-diagnostic-beg one)) (flymake-diagnostic-text one)))
          (flymake-diagnostics)))

(ert-deftest nml-eglot ()
  (let* ((folder (file-name-as-directory (make-temp-file "nml" t)))
         (file (expand-file-name "main.nml" folder))
         (eglot-sync-connect 30) (eglot-autoshutdown nil) (eglot-events-buffer-size 0)
         (inhibit-message t))
    (write-region "module Shop:0.1.0\n\n/// What it costs.\nfun price : Text -> Double\nfun shout:Text->Text\ndef w = Sources.http { http_path = \"/x\" } | shout | price | shout | Sinks.log\n"
                  nil file)
    (with-current-buffer (find-file-noselect file)
      (unwind-protect
          (progn
            (should (eq major-mode 'nml-mode))
            (apply #'eglot (eglot--guess-contact))
            (flymake-start)
            (nml-tests--wait "diagnostics" #'nml-tests--faults)
            (should (equal (mapcar #'car (nml-tests--faults)) '(6)))
            (should (string-match-p "`price` gives Double, but `shout` needs Text" (cadar (nml-tests--faults))))
            (goto-char (point-min))
            (search-forward "shout | price")
            (should (string-match-p
                     "What it costs"
                     (format "%S" (jsonrpc-request (eglot-current-server) :textDocument/hover
                                                   (eglot--TextDocumentPositionParams)))))
            (eglot-format-buffer)
            (goto-char (point-min))
            (should (search-forward "\nfun shout : Text -> Text\n" nil t)))
        (set-buffer-modified-p nil)
        (eglot-shutdown (eglot-current-server) nil 20)
        (kill-buffer)
        (delete-directory folder t)))))

;;; nml-eglot-tests.el ends here
