use zed_extension_api::{self as zed, LanguageServerId, Result};

struct NStack;

impl zed::Extension for NStack {
    fn new() -> Self {
        NStack
    }

    /// The compiler of the worktree's environment, or of the shell's.
    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &zed::Worktree) -> Result<zed::Command> {
        let command = worktree
            .which("nsc")
            .ok_or_else(|| "nsc is not on the PATH; install it with: pip install \"nscompiler[lsp]\"".to_string())?;
        Ok(zed::Command {
            command,
            args: vec!["lsp".to_string()],
            env: worktree.shell_env(),
        })
    }
}

zed::register_extension!(NStack);
