internal import Synchronization

/// What a program was made of.
final class ProgramSource: Sendable {
    let checked: CheckedExpression
    /// Whether parts that read nothing are worked out once.
    let folds: Bool

    init(checked: CheckedExpression, folds: Bool) {
        self.checked = checked
        self.folds = folds
    }
}

/// A form of an expression that is compiled when it runs for the first time.
///
/// Threads that come at once may each compile it; all of them then run the one that was first.
final class LazyForm<Code: Sendable>: Sendable {
    private final class Made: Sendable {
        let code: Code
        let localCount: Int

        init(_ code: Code, localCount: Int) {
            self.code = code
            self.localCount = localCount
        }
    }

    private let made = AtomicLazyReference<Made>()
    private let source: ProgramSource
    private let compile: @Sendable (inout Compiler, Expr) -> Code

    init(_ source: ProgramSource, _ compile: @escaping @Sendable (inout Compiler, Expr) -> Code) {
        self.source = source
        self.compile = compile
    }

    /// The code, with room in the frame's context for its macro variables; nothing runs in the frame yet.
    func code(_ frame: Frame) -> Code {
        let form = made.load() ?? made.storeIfNil(make())
        frame.context.makeRoom(locals: form.localCount)
        return form.code
    }

    private func make() -> Made {
        var compiler = Compiler(checked: source.checked, folds: source.folds)
        let code = compile(&compiler, source.checked.root)
        return Made(code, localCount: compiler.localCount)
    }
}
