/// Who plays what in the tenant: administrators, super users, and the people the planted states are about.
struct Cast: Sendable {
    /// Users from index 0 up to, and not with, this are administrators.
    ///
    /// All of them have a second factor but the planted ones.
    let administrators: Int
    /// Holders of the privilege `Super user`, in rising order.
    let superUsers: [Int]
    /// Privileged people without a second factor, planted, in rising order.
    let withoutFactor: [Int]
    /// Active people who have not signed in for over 90 days, planted, in rising order.
    let idle: [Int]
    /// Active people who never signed in since they were made over 90 days ago, planted, in rising order.
    let neverSignedIn: [Int]
    /// Those the background events leave alone.
    let quiet: Set<Int>

    /// - Parameters:
    ///   - states: Which of the planted states there are.
    ///   - violations: How many idle people there are, and how many that never signed in.
    init(dice: Dice, users: Int, states: Set<PlantedKind>, violations: Int) {
        let administrators = max(9, min(max(12, users / 100), users / 3))
        self.administrators = administrators
        superUsers = Array(0..<(states.contains(.tooManySuperUsers) ? min(7, administrators - 1) : 3))
        let lastWithList = (0..<administrators).last { $0 % 3 != 1 } ?? 0
        withoutFactor = states.contains(.privilegedUserWithoutMFA) ? [1, lastWithList] : []
        var taken: Set<Int> = []
        func take(_ count: Int, salt: Int) -> [Int] {
            var found: [Int] = []
            var attempt = 0
            while found.count < min(count, (users - administrators) / 8) {
                let index = administrators + dice.below(users - administrators, .plan, salt &+ attempt)
                attempt += 1
                if taken.insert(index).inserted { found.append(index) }
            }
            return found.sorted()
        }
        let stale = states.contains(.staleCredentials) ? violations : 0
        idle = take(stale, salt: 1_000_000)
        neverSignedIn = take(stale, salt: 2_000_000)
        quiet = taken
    }

    /// The delegated privilege an administrator holds besides `Super user`, by place in ``Names/delegatedPrivileges``.
    func privilege(of index: Int) -> Int? {
        guard index < administrators, index >= superUsers.count else { return nil }
        return 1 + index % 3
    }
}
