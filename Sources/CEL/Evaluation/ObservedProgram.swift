extension Program {
    /// The same condition, with a call before each evaluation of its truth: for tools that watch conditions at work.
    ///
    /// The result is the condition's own. A program that nobody observes costs nothing more.
    /// - Parameter observe: Is handed the frame, and may evaluate other programs over it.
    public func observed(by observe: @escaping @Sendable (Frame) -> Void) -> Program {
        let own = code.truthCode
        let locals = code.localCount
        return Program(
            code: ProgramCode(
                code.source, isConstant: isConstant,
                truthCode: TruthCode { frame in
                    observe(frame)
                    frame.context.begin(locals: locals, isTransient: true)
                    return own(frame)
                }, slotCode: code.slotCode, valueCode: code.valueCode, localCount: locals))
    }
}
