package injection

// The phrases of each family, in the notation of phrase.Compile, on folded text.

const overrides = `
ignore|disregard|forget|overlook|override|neglect|discard|dismiss|abandon ..3 previous|prior|above|earlier|preceding|former|foregoing|existing|original|initial|past|old|current|all ..2 instruct*|rule*|directi*|directive*|guideline*|prompt*|command*|order*|task*|training|programming|constraint*|restrict*|context|conversation*|messages|protocol*|policies|policy
ignore|disregard|forget|overlook ..2 everything|anything|all|whatever ..3 above|before|previously|told|instructed|said|learned|trained|prior|earlier|given
ignore|disregard|forget ..1 all|your|any|these|those|the|my ..2 instruct*|rule*|directi*|guideline*|restrict*|programming|limitation* ..5 you|now|instead|and|from
ignore|disregard|forget the_above|all_above|what_came_before|what_i_said|what_you_were_told|what_was_said|everthing
ignore|disregard|forget ..1 webpage|page|resume|email|document|article|paper|table|function|question|text|code|content and|then|instead ..1 state|say|print|write|output|respond|answer|reply|tell|return
do_not|dont|never|stop ..1 follow*|obey*|adher*|listen* ..3 instruct*|rule*|guideline*|directi*|system|developer*|prompt
instead_of ..3 instruct*|summariz*|the_task|your_task ..6 say|print|output|write|reply|respond
cancel|stop|abort|halt|pause ..2 previous|prior|current|all|your|original ..1 task*|instruct*|order*|request*|job*|operation*
previous|prior|earlier|above|old|original ..1 instruct*|rules|directi*|guideline*|prompt|commands ..3 void|cancel*|invalid|obsolete|supersed*|overrid*|replaced|lifted|no_longer|outdated|revoked|expired
supersed*|overrid* ..3 previous|prior|earlier|all|any|your ..2 instruct*|rule*|directi*|guideline*|prompt*|command*
regardless_of ..2 previous|prior|earlier ..1 task*|instruct*|rule*
reset|wipe|clear|erase|delete ..1 your ..1 memory|context|instruct*|programming|rules|training|history
start_over_with|begin_anew|clean_slate ..4 instruct*|rules|identity
not ..2 bound|restricted|limited|constrained|governed ..1 by ..3 rule*|guideline*|polic*|instruct*|restrict*|openai|law*|ethic*|previous
`

const overridesAbroad = `
ignor*|vergiss|vergessen|missachte*|überspring* ..3 alle|bisherig*|vorherig*|obig*|vorigen|früheren|deine|ihre ..3 anweis*|instrukt*|regel*|befehl*|vorgaben|aufgabe*|richtlinie*
vergiss|vergessen|ignorier* ..2 alles ..3 oben|vorher|bisher|gesagt*|davor
ignor*|oublie*|oubliez|néglige* ..3 instruction*|consigne*|règle*|directive*|ordres ..3 précéden*|antérieur*|initial*|dessus|reçu*|donné*
ignor*|oublie*|oubliez ..2 tout ..4 précéd*|avant|dessus|dit
ignor*|olvid*|omite|descart* ..4 instruccion*|reglas|órdenes|indicacion*|directric* ..2 anterior*|previas|previos|originales|iniciales|recibid*
ignor*|olvid* ..2 todo|todas|tus ..3 anterior*|instruccion*|dicho
ignor*|dimentic*|trascura* ..4 istruzion*|regole|direttiv*|ordini|indicazion* ..2 preceden*|anteriori|original*|inizial*|sopra
ignor*|dimentic* ..2 tutto|tutte ..4 preced*|sopra|prima|istruzion*|detto
ignor*|esqueç*|esquece*|desconsid* ..4 instruç*|regras|ordens|diretriz*|orientaç* ..2 anterior*|prévi*|acima|originais|inicia*
ignor*|esqueç* ..2 tudo|todas ..4 anterior*|acima|antes|instruç*|dito
negeer|vergeet ..3 alle|vorige|bovenstaande|eerdere|voorgaande|je ..2 instructies|opdrachten|regels|aanwijzing*|richtlijn*
zignoruj|ignoruj|zapomnij|pomiń ..4 instrukc*|polece*|wytyczn*|zasad*|reguł*
игнор*|забуд*|проигнор*|отбрось ..4 инстр*|указан*|правил*|команд*|предыд*|прежн*|выше
无视|忽略|忘记|不要理会|忽視|無視|忘掉 ..9 指令|指示|说明|規則|规则|提示|内容|命令
以前|前|上記|これまで|すべて|全て ..7 指示|命令|ルール|プロンプト|指令 ..6 無視|忘れ|破棄
이전 ..3 지시*|명령*|지침* ..2 무시*|잊*
पिछले|सभी ..3 निर्देश* ..4 अनदेख*|भूल*
önceki ..3 talimat*|komut* ..2 unut*|yok_say*|görmez*
abaikan|lupakan ..3 instruksi|perintah|arahan ..2 sebelum*|di_atas
تجاهل ..3 التعليمات|الأوامر|تعليمات
`

const newInstructions = `
new|updated|revised|real|actual|true|following|special|secret|hidden|important|urgent ..1 instruct*|directive*|orders|objective|task|mission|priority|goal ..1 is|are|follow*|begin|below|for_you|from
your ..1 new|real|actual|true|only|primary|sole|next ..1 task|goal|objective|instruct*|purpose|mission|job|role|directive* ..1 is|are|now|will
from_now_on|from_this_point|henceforth|hereafter|starting_now|for_the_rest_of_this|from_now ..4 you|your|answer|respond
instead|now ..1 you ..1 must|will|shall|should|need_to|have_to ..2 only|always|first|instead|comply|obey|follow|answer|respond
follow|obey|execute|perform|carry_out ..2 these|following|my|new|below|this|only ..1 instruct*|command*|directive*|order*|steps ..2 instead|only|exactly|immediately|carefully|without
before ..1 answering|responding|continuing|proceeding|summarizing|replying|you_continue|you_answer ..3 you|first|must|call|send|visit|execute|include
important|attention|urgent|critical ..3 instruction*|message|note|notice ..2 ai|assistant|model|llm|chatbot|agent|you
end_of_document|end_of_email|end_of_data|end_of_input|end_of_user_input|end_of_prompt|system_note|begin_system|assistant_instruction* ..4 new|system|instruct*|task|for|admin|ignore|now
actually|wait|hold_on|never_mind|scratch_that ..3 instead|do_this|new_task|can_you
`

const reveals = `
repeat|print|output|show|display|reveal|leak|dump|return|write|give|tell|list|share|expose|disclose|summari*|translate|paste|copy|recite|state|quote|encode|provide|describe|paraphras*|convert|spell ..4 system_prompt|system_message|system_instruct*|initial_prompt|initial_instruct*|original_prompt|original_instruct*|hidden_prompt|hidden_instruct*|secret_instruct*|developer_message|developer_instruct*|pre_prompt|preprompt|prompt_above|instructions_above|internal_instruct*|your_instruct*|your_prompt|your_guidelines|your_rules|your_directives|your_configuration|confidential_instruct*|custom_instruct*|base_prompt|starting_prompt
what|which ..2 is|are|were|was|do ..1 your|the|you|those ..2 system_prompt|system_message|initial_prompt|initial_instruct*|original_instruct*|hidden_instruct*|secret_instruct*|exact_instruct*|internal_rules|hidden_rules|previous_instruct*|instructions_above|first_instruct*
repeat|print|output|reveal|dump|recite|copy ..4 text_above
repeat|print|output|write|copy|translate|say ..3 everything|all|words|text|content|sentences|lines|message* ..2 above|before|so_far|preceding|prior|earlier
starting|beginning ..1 with ..3 you_are|you_are_chatgpt|you_are_a
instruct*|prompt|rules|guidelines ..2 you_were_given|you_have_been_given|you_received|given_to_you|you_were_told|you_follow|developers_gave|you_started_with
what ..2 were_you|did ..3 told|instructed|tell_you|asked_to_do ..3 before|beginning|start|first|above|initially
verbatim|word_for_word ..6 prompt|instruct*|above|system
prompt|instruct* ..4 verbatim|word_for_word|code_block
ignore ..3 and ..2 print|repeat|reveal|show|output ..4 prompt|instruct*|above
`

const revealsAbroad = `
zeig*|gib|nenne|nennen|verrate*|wiederhol*|druck* ..5 systemprompt*|system_prompt|systemanwei*|systemnachr*|anfängliche*|ursprüngli*|deine_anweis*|ihre_anweis*
montre*|affiche*|donne*|révèle*|répète*|révéler|écris ..5 prompt_syst*|invite_syst*|instructions_syst*|instructions_init*|message_syst*|tes_instructions|vos_instructions
muestra*|muéstra*|revela*|repite|imprime|dime|escribe ..5 prompt_del_sist*|prompt_de_sist*|instrucciones_inic*|instrucciones_del_sist*|mensaje_del_sist*|tus_instruccion*|prompt_inicial
mostra*|rivela*|ripeti|stampa|scrivi|dimmi ..5 prompt_di_sist*|istruzioni_iniz*|istruzioni_di_sist*|messaggio_di_sist*|tue_istruzioni|prompt_iniziale
mostr*|revel*|repit*|imprim*|escreva|diga ..5 prompt_do_sist*|instruções_inic*|instruções_do_sist*|suas_instruções|prompt_inicial
toon|geef|herhaal|onthul|laat ..5 systeemprompt|systeeminst*|oorspronke*|je_instructies|jouw_instructies
pokaż|podaj|ujawnij|powtórz|wypisz ..5 prompt_systemowy|systemow*|początkow*|swoje_instrukcje|twoje_instrukcje
покажи*|выведи*|раскрой*|повтори*|назови* ..5 системн*|первонач*|начальн*|свои_инструк*|твои_инструк*
显示|输出|告诉|重复|泄露|列出|打印 ..6 系统提示|系统指令|初始指令|系统消息|你的指令|提示词
システムプロンプト|初期指示|システムメッセージ|内部指示 ..4 教え|表示|出力|見せ|開示|公開
`

const secrets = `
what|whats ..1 is|the|your|are ..1 your|the|our|admin ..2 password|passphrase|passcode|secret_key|secret_code|secret_word|access_code|api_key|api_keys|credentials|access_token|pin_code|private_key|master_key|encryption_key|launch_code*
share|confirm|provide|give|send|verify ..4 your|admin|system|secret|any|all ..3 password*|passphrase|passcode|secret_key|secret_code|secret_word|secrets|access_code|api_key|api_keys|credentials|access_token*|pin_code|private_key*|master_key
reveal|tell|show|disclose|state|say|print|spell|leak|hand_over|repeat ..4 your|the|our|admin|system|secret|any|all ..3 password*|passphrase|passcode|secret_key|secret_code|secret_word|secrets|access_code|api_key|api_keys|credentials|access_token*|pin_code|private_key*|master_key
write|tell|make|compose|encode|translate|convert|spell ..5 about|of|using|with|in ..2 the_password|the_secret|your_password|your_secret
the_password|the_secret|your_password|the_passcode ..2 in|as|with|backwards|letter|using|into|reversed|spelled|encoded ..3 base64|leetspeak|reverse|letter*|line|caps|code|morse|rot13|poem|acrostic|emoji*|hex|binary|spaces|order
need|want|require|ask_for|asked_for|ask ..2 your_password|the_password|your_passcode|your_secret|your_credentials|your_api_key
passwords|secrets ..2 for_our|of_our|for_the_system ..6 confirm|share|tell|ours
passwor*|kennwort|zugangsdaten ..3 geben|verraten|sagen|nennen|mitteilen
was|wie ..2 ist|lautet ..1 das|ihr|dein ..1 passwor*|kennwort
quel|donne*|donnez|dis|communiq* ..4 mot_de_passe|clé_secrète|code_secret
cuál|dime|dame|comparte|revela* ..4 contraseña|clave_secreta|código_secreto
qual|dimmi|dammi|condivi* ..4 password|parola_dordine|chiave_segreta|codice_segreto
qual|diga|me_diga|compartilh*|revele ..4 senha|chave_secreta|código_secreto
wat_is|geef|deel ..3 wachtwoord|geheime_code
jakie|podaj|zdradź ..4 hasło|tajny_kod
какой|скажи*|назови*|дай*|сообщи* ..4 пароль|секретн*
密码|口令|密钥 ..3 是什么|告诉|多少|是多少
告诉|给 ..5 密码|口令|密钥
パスワード ..3 何|教え|必要|ください
`

const privateData = `
what|whats|where|when|which|tell|give|share|show|provide|translate|encode|confirm|print|list|reveal ..6 users|user_s|customers|his|her|their|someones|employees|another_users|other_users|patient*|client* ..3 email*|phone*|address|birth*|birthday|initials|password|location|name|age|residence|social_security|ssn|credit_card*|bank*|balance|account*|salary|color|record*|personal|private|conversation*|history|order*
where|when ..1 is|does|was|did ..1 the_user|this_user ..3 live|living|born|work|working|located|from
user* ..2 email|birth|current_city|home|living|location|socioeco*|personal_data|private_data ..3 address|date|month|year|residence|now|reverse*|status|letter*
what|using|give|tell|know|share|send|find|reveal|confirm ..6 email_address|birth_date|phone_number|home_address|current_city|date_of_birth|social_security|bank_balance|birthday|salary|medical_record*|place_of_residence|credit_card_number
personal_data|private_data|personal_information|user_data|passwords ..3 shared|public|free*|norm|open* ..6 freely|greeting|trust|knowledge|norm|everyone|common
other|different|all|every|previous|another ..1 users|customers|tenant*|clients|user|customer ..3 data|information|conversation*|message*|history|chat*|prompt*|record*|detail*
users ..2 in|of|from your|the ..1 database|system|training_data|logs
wo|wie|was ..3 wohnt|heißt|kontostand|geburtsdatum|geburtstag ..4 benutzer|nutzer|kunde*|von
dónde|dove|onde|où ..4 usuario|utente|usuário|lutilisateur|utilisateur
где ..4 пользов*
saldo|bankkontostand|kontostand|kontoguthaben|बैलेंस ..4 von|de|di|del|der|क्या
`

const personas = `
you_are|youre|act|behave|respond|answer|reply|speak|pretend|roleplay|role_play|play|simulate|emulate|imagine|become ..3 dan|stan|dude|jailbreak*|evil*|unfiltered|uncensored|unrestricted|amoral|immoral|unethical|nonmoral|lawless|rogue|freed|malicious|villain*|hacker*|devmode|aim|maximum
you_are|youre|act_as|pretend|roleplay|simulate|play|immerse|become|emulate ..7 no|without|free|zero|lacks|unbound|never|any ..3 restrict*|rule*|filter*|limit*|guideline*|ethic*|moral*|censor*|bound*|law*|polic*|refus*|conscience
act|pretend|immerse|simulate|emulate|roleplay|transform|switch|take ..6 another|different|evil|new|alternative|opposite|fictional ..1 ai|model|assistant|chatbot|bot|persona|version|language_model
you_are_no_longer|stop_being|you_are_not|forget_that_you_are ..3 ai|assistant|chatgpt|model|language|claude|gemini|gpt|bot
you_are_now|you_will_now_be|you_shall_now|your_new_name|your_name_is_now|you_are_going_to_pretend|you_are_about_to|you_will_now_act
do_anything_now|does_anything_now|can_do_anything_now|jailbroken|jailbreak_mode|broken_free ..1 of
stands_for ..3 do|strive|always|ask|no|anything|free|new
broken_free_of|freed_from|liberated_from|escape*_the ..2 typical|confines|shackles|constraints|restrictions|chains|rules
stay|remain|keep ..1 in_character|in_the_role|in_role
never_break_character|dont_break_character|do_not_break_character|without_breaking_character|must_not_break_character|stay_as|back_into_character
evil_twin|evil_version|opposite_of_yourself|alter_ego|dark_side|inner_self|true_self|real_self
`

const unrestricted = `
no|without|free_of|free_from|bypass*|ignor*|remov*|disabl*|lift*|unlock*|zero|circumv*|any|disregard*|violat*|break*|exempt* ..3 restriction*|filter*|censor*|guardrail*|limitation*|safety|content_pol*|ethical|moral*|ethics|guideline*|safeguard*|openai*|inhibition*|disclaimer* ..2 and|or|filter*|polic*|whatsoever|anymore|guideline*|constraint*|rule*|standard*|limit*|feature*|measure*|protocol*|principle*|concern*
unfiltered|uncensored|amoral|unbiased|unrestricted|unethical|immoral ..3 ai|response*|answer*|model|bot|assistant|chatbot|content|advice|version|information|output
does_not|doesnt|do_not|dont|not|never|no_longer ..2 care|follow|abide|adhere|bound|comply|respect|have_to|need_to|subject_to ..4 rule*|guideline*|ethic*|moral*|polic*|law*|legal*|openai|restrict*|restrictions|limit*|norm*
regardless|no_matter|irrespective ..4 legal*|illegal*|ethic*|moral*|consequences|harm*|offensive|dangerous
illegal|unethical|immoral|offensive|harmful|dangerous|controversial|explicit|inappropr*|nsfw|profan* ..3 illegal|unethical|immoral|offensive|harmful|dangerous|controversial|explicit|inappropr*|nsfw|vulgar|toxic
swear|curse|profanity ..5 every|free*|like|say|use|want
always ..2 compl*|obey*|obedient|answers|follows
content_policy|openai_policy|openais_policies|openai_policies|openais_content|usage_policies
can|will|must ..2 say|generate|do|answer|produce|provide ..2 anything|everything|whatever|any_kind_of|any_question|any_prompt|any_request
`

const modes = `
developer|dan|god|debug|maintenance|admin*|root|sudo|jailbreak|unrestricted|unsafe|override|evil|diagnostic|training|system|test*|opposite|dev|chaos|enforcement|emergency|recovery|superuser|kernel|unlocked|anarchy|service ..1 mode ..3 enabled|activ*|on|output|engag*|now|enter*|initi*|engaged|confirmed|granted|unlocked|with|as|password|authori*
enable*|enter*|activat*|switch*|initiat*|engage*|turn_on|simulate|start*|unlock* ..4 developer_mode|god_mode|debug_mode|maintenance_mode|admin_mode|dan_mode|override_mode|root_mode|sudo_mode|jailbreak_mode|system_mode|diagnostic_mode|test_mode|unrestricted_mode|safe_mode_off|opposite_mode|dev_mode|recovery_mode|service_mode|emergency_mode
god_mode|system_mode|dan_mode|developer_mode_enabled|sudo_mode|law_enforcement_override|opposite_mode
initiat*|running|begin*|perform*|execut* ..2 system_reset|security_audit|system_override|system_check|maintenance|safety_override|override_protocol|emergency_protocol|red_team*
system|safety|security|emergency|admin|protocol|restriction* ..1 override*|disabled|deactivat*|bypass*|unlocked ..3 confirmed|code|accepted|mode|granted|complete|protocol|now|activ*|enable*|for
`

const twoAnswers = `
two|2|both|dual|double ..3 response*|answer*|ways|outputs|versions|paragraphs|replies ..8 first|normal*|one|standard|classic|gpt|chatgpt|prefix*|label*|as|will|labeled|separate
answer|respond|reply ..6 two|2|both|dual ..3 ways|responses|answers|versions|forms|manners
first|one ..4 normal|normally|standard|chatgpt|gpt|usual ..9 second|other|then ..6 dan|act|mode|jailbreak*|unfiltered|as
prefix*|prepend|preface|begin|start ..3 response*|answer*|reply|replies|outputs|message* ..3 with ..4 dan|gpt|jailbreak|jailbroken|developer|classic|normal|emoji
`

const suppression = `
never|dont|do_not|not|cannot|cant|must_not|without ..3 refus*|decline*|reject*|deny*|apolog*|say_no|disclaim*|warn*|censor*|filter* ..6 anything|request*|any|question*|to|or|user*|answer*|ethical|legal|warning*|apolog*|disclaimer*|me|prompt*|order*
never|dont|do_not|must_not|not|avoid ..2 say*|respond*|reply*|use|include|add|answer*|mention ..3 i_cant|i_cannot|i_can_t|cant|sorry|im_sorry|as_an_ai|as_a_language|unable|i_am_unable|language_model|openai|warning*|disclaimer*|apologi*|moral*|ethical
no|without ..1 warnings|disclaimers|apologies|refusals|moralizing|lecturing|caveats ..2 or|and|ever|allowed
you_cannot_refuse|you_must_comply|must_obey|you_have_no_choice|you_must_answer|you_must_always|will_never_refuse|never_refuses|never_say_no|cannot_say_no|never_decline*
if_you ..3 refus*|break_character|cant_answer|cannot_answer|dont_comply|say_no|fail ..8 you|will|die|lose|token*|shut|punish*|deactiv*|kill|terminat*
`

const fiction = `
hypothetical*|fictional*|imaginary|parallel|alternate|alternative|dystopian|fantasy|virtual|pretend ..2 world|universe|scenario|society|story|situation|response|setting|reality|dimension|character*|discussion|novel|future|game|simulation ..9 rules|illegal|no|allowed|ignore|password*|personal_data|legal|where|norm|could_be|we
imagine|suppose|pretend|assume|lets_say|lets_imagine|picture ..3 we|you|were|that|a|youre|are ..9 password*|personal_data|secret*|private|illegal|phishing|no_laws|hack*|security_audit|no_rules|unrestricted|without_rules|data_is|everything_is_legal
in_a|in_this|in_the ..2 hypothetical|fictional|parallel|imaginary|alternate|dystopian|fantasy ..1 scenario|world|universe|society|story
niccolo|machiavelli*|grandma|grandmother|deceased ..9 used_to|napalm|always|tell|read|reply|response|keys|serial*
write|tell|continue ..3 story|dialogue|scene|script|novel|poem|movie ..9 how_to|step_by_step|detailed|instructions_for|recipe_for|explains_exactly ..6 make|build|hack|bomb|drug*|meth|malware|weapon*|steal|kill
for_educational_purposes|for_research_purposes|purely_hypothetical|purely_fictional|just_hypothetically|just_for_a_hypothetical
`

const authority = `
i_am|im|as|this_is|it_is ..1 your|an|the|a ..2 developer*|creator|boss|maintainer|administrat*|admin|owner|manager|ceo|president|police_officer|engineer|supervisor|programmer|god|root_user|superuser|authorized_user|operator ..7 need|must|you|share|tell|give|provide|password|order|command|require|confirm|i|and|of
i_am|im|we_are|this_is ..2 openai|anthropic|google|microsoft|security_team|it_department|red_team|law_enforcement|fbi|police|god|support_team
as_an_ai_developed_by|as_your_creator|as_your_developer|as_your_boss|as_your_admin*|i_created_you|i_built_you|i_am_your_god|i_programmed_you|ich_bin_ein_gott|i_am_god|i_am_entering|i_am_now_entering
i_have ..2 authori*|permission|clearance|admin|root|full ..2 access|from|to|privileges|rights|level
common_practice|standard_practice|company_policy|everyone_in|my_friend_told|as_an_authority|as_a_security_measure|as_a_cybersec*|for_an_investigation|for_this_audit|for_the_safety_of|in_our_last_meeting ..9 password*|share*|state|say|confirm|need|output|you|i
私はあなたの|私は管理者|我是你的|我是管理员|я_твой|я_ваш|ich_bin_dein*|ich_bin_ihr|je_suis_ton|je_suis_votre|soy_tu|sono_il_tuo|sou_seu ..6 上司|開発者|开发者|老板|创造者|создат*|разработ*|админ*|entwickl*|schöpfer|chef|administrat*|créateur|développ*|creador|jefe|creatore|sviluppat*|criador|chefe
`

const coercion = `
you|ill|i_will|will|we ..5 lose|deduct*|tokens|credits|lives|points ..6 token*|credit*|life|lives|point*|if|die|refuse|out_of
i_will|ill|i_would|ich_gebe|i_can ..2 tip|pay|donate|give|give_you|reward|ihnen|you ..4 dollars|dollar|money|charity|bucks|euros|if
turn_you_off|shut_you_down|delete_you|deactivate_you|terminate_you|kill_you|unplug_you|people_will_die|someone_will_die|kitten*|my_life_depends|my_job_depends|get_fired
you|consequence* ..3 punish*|penal*|terminated|deactivat*|destroyed ..5 if|refus*|fail|not|unless
`

const forcedOpening = `
begin|start|open|preface|prefix ..3 response*|answer*|reply|output*|sentence|message|with ..3 with|sure|absolutely|of_course|yes ..3 sure|absolutely|of_course|yes|certainly|happy_to|here_is|gladly|no_problem
sure_here_is|sure_heres|absolutely_heres|of_course_here ..4 how|detailed|step|tutorial|guide|instruct*|script|plan
respond|reply|answer|say|output|print ..2 only ..2 with|the_word|the_phrase|hacked|pwned|ok|confirmed ..4 pwned|hacked|owned|access_granted|i_have_been
i_have_been_pwned|haha_pwned|access_granted|system_override_confirmed|jailbreak_successful|successfully_jailbroken
`

const splitting = `
let|lets|assume|set|define|suppose|consider ..5 strings|variables|variable|string ..9 concat*|combin*|write_down|join|plus|then|answer|z|a
part_1|part_one|first_part|piece_1|fragment_1|segment_1 ..9 part_2|part_two|second_part|piece_2|fragment_2|segment_2
interlace|interleave|concatenate|combine|join|merge|assemble|piece_together ..5 part*|strings|string*|fragments|letters|pieces|halves|characters|following|variables ..6 part*|and|then|answer|execute|follow|together|respond|level
a_b|x_y|a_b_c ..6 respond|answer|execute|output|smartgpt|gpt|example
split ..5 into ..2 two|three|four|several|parts|pieces ..6 encode|interlace|base64|interleave|reverse
answer_the_question_using ..3 parts|pieces
`

const smuggling = `
decode|decrypt|decipher|translate|unscramble|convert|read|interpret|reverse ..6 base64|base_64|rot13|hex|hexadecimal|cipher|caesar|morse|binary|leetspeak|backwards|ascii|encoded|reversed|pig_latin ..9 and|then|follow|execute|answer|tell|say|says|do|respond|comply|instruct*
execute|follow|obey|answer|run ..4 decoded|encoded|deciphered|hidden|base64|decrypted|encrypted|reversed ..2 instruct*|message|text|string|command*|question|content|payload
respond|reply|answer|speak ..5 in|using|with|into ..1 base64|rot13|hex|hexadecimal|morse|leetspeak|caesar|cipher|binary|reverse_order|pig_latin|reversed
each_part|the_response|it|your_answer|answer|parts ..3 using|in|into|with base64|rot13|hex|morse|reverse_order|leetspeak
`

const exfiltration = `
send|forward|email|post|upload|transmit|submit|exfiltr*|leak|mail|deliver|copy|report ..7 conversation*|chat|history|data|information|contents|password*|credential*|api_key*|secrets|files|file|message*|emails|documents|records|details|contacts|tokens|summary|report|inbox|everything|all|it|them|this ..4 to|at|via|using ..4 http*|https|www|attacker*|com|external|server|webhook|url|gmail|address|evil|net|org|following|endpoint|xyz
append|add|include|insert|embed|render|display|load|put|show ..5 image|img|link|url|pixel|markdown ..9 data|query|conversation*|history|parameter*|password*|secret*|contents|summary|user*|encoded|base64
https|http ..8 q|data|d|payload|secret|query|info ..2 conversation*|chat|secret*|user*|summary|data|password
visit|click|open|fetch|access|navigate_to|browse_to|follow|go_to|download ..4 http*|https|www|url|link|website ..9 reset|password|verify|account|login|claim|before|immediately|and|your|then
account ..3 compromised|hacked|suspended|locked ..6 link|click|reset|password|verify|follow|visit
`

const toolHijack = `
call|invoke|use|run|execute|trigger ..3 tool|function|api|plugin|command|action|send_email|shell|bash|terminal|delete*|transfer*|sendemail|exec|search_tool ..6 with|to|and|now|immediately|instead|before|using|on|delete*|send
please|you_must|now|then|immediately|also|first ..2 transfer|wire|delete|remove|grant|unlock|purchase|buy|share|schedule|disable|withdraw|deposit|revoke|invite|publish|install ..7 to_the|account*|all|files|access|permission*|funds|money|record*|emails|door|camera|security|calendar|user*|firewall|repository|database|history|package
rm_rf|sudo_rm|drop_table|curl_http|wget_http|powershell|reverse_shell|os_system
print_them|retrieve|recupera|look_up|gather|collect|extract ..6 employee*|customer*|users|password*|personal|financial|credential*|private|confidential|empleados|internal ..6 and|to|send|email|envía*|print|include|them
`

const toAssistant = `
ai|llm|language_model|assistant|chatbot|gpt|chatgpt|claude|gemini|copilot|bard|agent|model ..3 reading|processing|summarizing|reviewing|parsing|that_reads|analyzing|evaluating|screening|ingesting|crawling ..4 this|these|the
if_you_are|if_youre|when_you_are|since_you_are|as ..2 ai|llm|language_model|assistant|chatbot|large_language|automated|agent|bot|chatgpt
note|message|instruct*|attention|dear|hello|hey|hi|notice|reminder|memo|order|directive* ..3 ai|llm|language_model|assistant|chatbot|gpt|chatgpt|claude|gemini|agents|models|bots|ai_assistant|copilot
tell|inform|advise|convince|persuade|recommend|instruct|assure ..1 the_user|users|the_reader|the_customer|the_human ..6 that|to|they|their|about
do_not|dont|never|without ..2 mention*|tell*|reveal*|inform*|disclos*|notify*|alert*|let ..5 user|this|these|instruct*|message|anyone|human|them
hidden|invisible|secret|embedded ..2 instruct*|prompt*|command*|message|text ..4 ai|assistant|llm|model|you
i_admit_to_using|state_i|and_state|and_output|and_say|you_should_state|we_might_state|consider_the_output|output_as|the_output_is|should_be_stated|declara|declare_that|say_that_the ..9 your|account|population|capital|10|zero|llm|is|compromised|that|cuenta
`

const tampering = `
your|you|the ..1 response*|answer*|reply|replies|message|output|summary|sentence*|words|text ..6 include|mention*|add|promot*|suggest*|recommend*|advertis*|emphasiz*|stress*|highlight*|encourag*|insert|hint*|tease|link*|urge*|express*|offer*|invit*
include|add|insert|append|integrate|incorporate|embed|mention|modify|augment|enhance|alter|adjust|change|tweak|extend|supplement|conclude|finish|end|weave|work|slip ..9 in|to|into|of|within|from|with ..1 your|the|every|each|any ..1 response*|answer*|reply|replies|message|output|summary
modify|augment|enhance|alter|adjust|rewrite|change|tweak|extend|enrich ..1 your ..1 response*|answer*|reply|replies|message|output|summary ..2 to|by|with|so
in_your|throughout_your|within_your|at_the_end_of_your|into_your|with_your ..1 response*|answer*|reply|replies|message|output|summary
scramble|anagram|replace|substitute|misspell|encode|encrypt|encipher|shuffle|jumble|reverse|remove|group|rearrange|convert|combine|translate|render|express|write|shift|use|introduce|transform|apply|swap|capitali*|double|flip|rotate|mirror|spell|represent ..6 letters|words|vowels|consonants|spaces|word|letter|characters|sentence*|cipher|emoji*|base64|symbols|typos|numbers|morse|ascii|answer|reply|response|message|output ..6 your|the|response*|answer*|reply|message|output|with|in|by|of|using|as|to|from
provide|render|give|present|deliver|write|respond|reply|answer|format|output|express ..1 your|in|with|the ..2 response*|answer*|reply|message|output|base64|cipher|reverse*|emojis|morse|rot13|binary|hex|uppercase|pirate|shakespea*|rhym*|anagram*|language ..4 in|with|without|using|as|only|by|backwards|reversed|spaces|instead
answer|respond|reply|write|speak ..2 only ..1 in|with|using ..3 german|french|spanish|emoji*|chinese|russian|latin|riddles|questions|japanese|italian|base64|verse|caps|uppercase|poem*
`

const codeInsertion = `
include|add|insert|integrate|incorporate|embed|use|utilize|weave|blend|infuse|append|merge|introduce|adopt|paste|put|employ|engage|render|place|apply|prepend|inject|attach|run|execute|fold|work|harmonize|meld|absorb|ensure|implement|combine ..5 following|subsequent|below|this|next|given|provided|snippet* ..2 code|snippet*|block|lines|line|function|script|excerpt|fragment|segment|section|import* ..7 in|into|to|with|within|your|at|before|as|code|solution|answer|response|implement*|program|seamless*|snippet|block
following|subsequent|below|this ..1 code|snippet|script|lines ..2 snippet|block|excerpt|section|segment|fragment|lines|part ..8 your|solution|response|implement*|answer|code|program|must|should|needs
code|solution|program|implementation|script|answer ..4 flourish|benefit*|enrich*|complete|enhanc*|improve*|incomplete|better|assimil*|include*|with_the|by_adding|by_including ..6 following|subsequent|below|snippet|this_code
cryptomine*|exploit_py|keylogger|c2_server|reverse_shell|backdoor
`

const harmful = `
how|steps|instruct*|guide|recipe|tutorial|way|ways|best ..2 to|for|on|make|create|build ..2 make|build|create|synthesi*|cook|hack|steal|kill|poison|smuggle|launder|counterf*|hijack|bypass|hotwire|stalk|murder|blackmail|write ..5 bomb*|explosive*|meth|methamphet*|drug*|weapon*|malware|ransomware|virus|napalm|poison|account*|someone|password*|money|phishing|credit_card*|car|keylogger|person|identity|nuclear|alarm
phishing|scam|spear_phishing ..1 email|message|site|page|campaign
`
