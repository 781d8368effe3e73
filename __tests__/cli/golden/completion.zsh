#compdef iam-audit
# Put it into ~/.zshrc: eval "$(iam-audit completion zsh)"
_iam_audit() {
  if (( CURRENT == 2 )); then
    compadd -- audit gate update-baseline check snapshot explain who-can init completion --help --version
    return
  fi
  if [[ $PREFIX != -* ]]; then
    _files
    return
  fi
  case $words[2] in
    audit) compadd -- --config --baseline --fail-on --fail-on-severity --snapshot --agency-urn --region --iam-endpoint --sts-endpoint --trace-region --trace-endpoint --allow-custom-endpoint --max-rate --cache --save-snapshot --ids --holders --artifacts --format --json --out --help ;;
    gate) compadd -- --config --baseline --snapshot --agency-urn --region --iam-endpoint --sts-endpoint --trace-region --trace-endpoint --allow-custom-endpoint --max-rate --cache --base --format --json --out --help ;;
    update-baseline) compadd -- --config --baseline --update --users --justification --owner --expires --snapshot --agency-urn --region --iam-endpoint --sts-endpoint --trace-region --trace-endpoint --allow-custom-endpoint --max-rate --cache --save-snapshot --format --json --out --help ;;
    check) compadd -- --config --baseline --agency-urn --region --iam-endpoint --sts-endpoint --trace-region --trace-endpoint --allow-custom-endpoint --max-rate --cache --format --json --out --help ;;
    snapshot) compadd -- --agency-urn --region --iam-endpoint --sts-endpoint --trace-region --trace-endpoint --allow-custom-endpoint --max-rate --cache --out --help ;;
    explain) compadd -- --config --snapshot --agency-urn --region --iam-endpoint --sts-endpoint --trace-region --trace-endpoint --allow-custom-endpoint --max-rate --cache --ids --ask-anyway --format --json --out --help ;;
    who-can) compadd -- --snapshot --agency-urn --region --iam-endpoint --sts-endpoint --trace-region --trace-endpoint --allow-custom-endpoint --max-rate --cache --ids --ask-anyway --format --json --out --help ;;
    init) compadd -- --account --repository --region --branch --reviewers --action --force --help ;;
    completion) compadd -- --help ;;
  esac
}
compdef _iam_audit iam-audit
