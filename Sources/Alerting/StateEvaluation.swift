public import Timekeeping

/// What one evaluation of one state rule's binding at one generation says.
public struct StateEvaluation: Hashable, Sendable {
    public let binding: RuleBinding
    public let generation: Int64
    /// The generation's time.
    public let time: Timestamp
    /// Unknown and error change nothing: no data is no reason to open or to resolve.
    public let verdict: Verdict
    /// One finding a key that violates.
    public let findings: [Finding]
    /// Keys of live alerts whose row or group could not be decided, beside others that could: they stay as they are.
    public let undecided: [DedupKey]
    /// Who says who the super users are, where the rule asks; nil where it does not, or nobody does.
    public let superUsersBy: String?

    public init(
        binding: RuleBinding, generation: Int64, time: Timestamp, verdict: Verdict, findings: [Finding],
        undecided: [DedupKey] = [], superUsersBy: String? = nil
    ) {
        self.binding = binding
        self.generation = generation
        self.time = time
        self.verdict = verdict
        self.findings = findings
        self.undecided = undecided
        self.superUsersBy = superUsersBy
    }
}
