/// How a user is made from the seed, and what was changed since.
extension Tenant {
    private static let day: Int64 = 86_400_000

    /// The fields a filter reads, without making a string.
    func core(_ index: Int) -> UserCore {
        var core = original(index)
        guard let change = changes[index] else { return core }
        if let status = change.status { core.status = status }
        if let state = change.state { core.state = state }
        if let group = change.group { core.group = group }
        if let created = change.createdAt { core.createdAt = created }
        if let updated = change.updatedAt { core.updatedAt = updated }
        if let login = change.lastLogin { core.lastLogin = login }
        return core
    }

    private func original(_ index: Int) -> UserCore {
        let isOrdinary = index >= cast.administrators && !cast.quiet.contains(index)
        var status = 1
        if isOrdinary {
            status = [1, 0, 2, 3, 4, 5, 7, 8][dice.place(weights: [86, 3, 4, 1, 1, 1, 3, 1], .status, index)]
        }
        let state = status == 0 ? 0 : (status == 2 && index % 5 == 0 ? 3 : 1)
        let ageDays = isOrdinary ? 5 + dice.below(1500, .age, index) : 200 + dice.below(1500, .age, index)
        let created = epoch - Int64(ageDays) * Self.day - Int64(dice.below(86_400_000, .jitter, index))
        var login: Int64?
        if cast.idle.binaryContains(index) {
            login = epoch - Int64(95 + dice.below(90, .lastLogin, index)) * Self.day
        } else if !cast.neverSignedIn.binaryContains(index), status != 0, status != 7 {
            // At most 60 days ago, administrators sooner, and after the account was made.
            let limit = min((isOrdinary ? 60 : 20) * Self.day, epoch - created - Self.day)
            login = epoch - Int64(8) * 3_600_000 - Int64(dice.number(.lastLogin, index) % UInt64(max(1, limit)))
        }
        let group = groupWeight(index)
        return UserCore(
            status: status, state: state, group: group, createdAt: created,
            updatedAt: login.map { $0 + 88 } ?? created + 60_000, lastLogin: login)
    }

    private func groupWeight(_ index: Int) -> Int? {
        if index < cast.administrators { return 7 }
        let place = dice.place(weights: [60, 8, 12, 6, 2, 5, 4, 3], .group, index)
        return place == 7 ? nil : place
    }

    /// The user as the API shows it; also for indices past ``size``, who are people that have left.
    func user(_ index: Int) -> SimulatedUser {
        let core = core(index)
        let first = Names.first[dice.below(Names.first.count, .firstName, index)]
        let last = Names.last[dice.below(Names.last.count, .lastName, index)]
        let handle = "\(first.plain).\(last.plain)\(index)"
        let hasNoUsername = core.status == 7 && index % 2 == 1
        var user = SimulatedUser(
            index: index, firstName: first.shown, lastName: last.shown, username: hasNoUsername ? nil : handle,
            email: "\(handle)@corp.example", status: core.status, state: core.state, group: core.group,
            department: Names.departments[department(index)],
            title: Names.titles[dice.below(Names.titles.count, .title, index)], company: "Corp Example",
            comment: index % 17 == 4 ? "" : nil,
            phone: dice.below(3, .phone, index) == 0 ? "+1555010\(1000 + index % 9000)" : nil,
            directoryID: dice.below(4, .directory, index) == 0 ? 8801 : nil, externalID: nil,
            managerIndex: index % 9 == 2 ? index % cast.administrators : nil,
            locale: Names.locales[dice.below(Names.locales.count, .manager, index)], createdAt: core.createdAt,
            activatedAt: core.status == 0 ? nil : core.createdAt + 3_600_000, updatedAt: core.updatedAt,
            lastLogin: core.lastLogin, invitationSentAt: index % 3 == 0 ? core.createdAt + 1000 : nil,
            passwordChangedAt: core.status == 7 ? nil : passwordChange(index, created: core.createdAt),
            lockedUntil: core.status == 3 ? epoch + 900_000 : nil, invalidLoginAttempts: 0,
            customAttributes: ["employee_id": "E\(100_000 + index)", "cost_center": "CC\(10 + department(index))"])
        if let directory = user.directoryID { user.externalID = "\(directory)-\(index)" }
        if let change = changes[index] { user.apply(change) }
        return user
    }

    private func passwordChange(_ index: Int, created: Int64) -> Int64 {
        let limit = min(300 * Self.day, epoch - created)
        return epoch - Int64(dice.number(.password, index) % UInt64(max(1, limit)))
    }

    /// A user's department, by place in ``Names/departments``.
    func department(_ index: Int) -> Int {
        index < cast.administrators ? 8 : dice.below(Names.departments.count, .department, index)
    }

    /// What events call a user.
    func displayName(_ index: Int) -> String { user(index).displayName }
}

extension SimulatedUser {
    /// Takes over what has happened to the user.
    mutating func apply(_ change: UserChange) {
        if let moment = change.passwordChangedAt { passwordChangedAt = moment }
        if let moment = change.lockedUntil { lockedUntil = moment }
        if let count = change.invalidLoginAttempts { invalidLoginAttempts = count }
        for (name, value) in change.customAttributes { customAttributes[name] = value }
        for (name, value) in change.texts {
            switch name {
            case "username": username = value
            case "email": email = value
            case "firstname": firstName = value
            case "lastname": lastName = value
            case "department": department = value
            case "title": title = value
            case "company": company = value
            case "comment": comment = value
            case "phone": phone = value
            default: continue
            }
        }
    }
}
