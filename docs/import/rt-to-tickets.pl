#!/usr/bin/perl
# Writes the tickets of a Request Tracker into a folder that `imapdesk import` takes: an mbox file for each, named by its number,
# those that are resolved, rejected or deleted below archived/. It only reads RT: nothing there changes, and nobody is mailed.
#
#   perl -I /opt/rt5/lib rt-to-tickets.pl FOLDER [QUEUE ...]
#
# with the paths to RT's own modules that its other commands have (for packages of Debian: /usr/share/request-tracker5/lib), as
# a user who may read RT's configuration. Without queues, all of them. FOLDER must be empty, or not there.
#
# RT keeps a mail as header and decoded parts; RT::Attachment puts them together again. What comes out reads as the mail did,
# and is not its bytes: no DKIM signature fits it. Comments (--comments) are colleagues' words, which requesters must not read.
use strict;
use warnings;
use Getopt::Long qw(GetOptions);
use JSON ();
use POSIX qw(strftime);
use RT -init;
use RT::Interface::Email;
use RT::Queue;
use RT::Tickets;

my $comments = 0;
GetOptions('comments' => \$comments) && @ARGV
  or die "usage: perl -I RT_LIB rt-to-tickets.pl [--comments] FOLDER [QUEUE ...]\n";
my ($folder, @queues) = @ARGV;

my %wanted;
for my $name (@queues) {
    my $queue = RT::Queue->new(RT->SystemUser);
    $queue->Load($name);
    $queue->id or die "$name: there is no queue of this name\n";
    $wanted{ $queue->id } = 1;
}
umask 077;
-d $folder or mkdir $folder or die "$folder: $!\n";
opendir(my $listing, $folder) or die "$folder: $!\n";
die "$folder: it must be empty\n" if grep { !/^\.\.?$/ } readdir $listing;
mkdir "$folder/archived" or die "$folder/archived: $!\n";

# What was merged lies with the ticket that it was merged into.
my ($written, $mails, $empty, $highest) = (0, 0, 0, 0);
my @people;
my $tickets = RT::Tickets->new(RT->SystemUser);
$tickets->{'allow_deleted_search'} = 1;
$tickets->FromSQL('EffectiveId > 0');    # so that merged ones are found, too
$tickets->OrderBy(FIELD => 'id', ORDER => 'ASC');
while (my $ticket = $tickets->Next) {
    $highest = $ticket->id if $ticket->id > $highest;
    next if $ticket->EffectiveId != $ticket->id;
    next if @queues && !$wanted{ $ticket->Queue };
    my $count = write_ticket($ticket);
    $written += 1 if $count;
    $empty   += 1 if !$count;
    $mails   += $count;
}

# The list says how the files are quoted, whose each ticket is, and the highest number, which a ticket that was left out may have had.
open(my $list, '>', "$folder/tickets.jsonl") or die "$folder/tickets.jsonl: $!\n";
print {$list} qq({"imapdesk":"export","version":1,"layout":"mbox","desk":""}\n{"highest":$highest}\n);
print {$list} @people;
close($list) or die "$folder/tickets.jsonl: $!\n";
print "$folder: $written tickets with $mails messages";
print "; left out $empty without any" if $empty;
print "\n";

sub write_ticket {
    my ($ticket) = @_;
    my $place = $ticket->Status =~ /^(?:resolved|rejected|deleted)$/ || is_inactive($ticket) ? 'archived/' : '';
    my $path  = "$folder/$place" . $ticket->id;
    my $count = 0;
    my $file;
    my @requestors = requestors_of($ticket);
    my $transactions = $ticket->Transactions;    # those of merged tickets among them
    $transactions->OrderBy(FIELD => 'id', ORDER => 'ASC');
    while (my $transaction = $transactions->Next) {
        my $type = $transaction->Type;
        next unless $type eq 'Create' || $type eq 'Correspond' || ($comments && $type eq 'Comment');
        my $raw = mail_of($transaction, $ticket, @requestors);
        next unless defined $raw;
        if (!$file) { open($file, '>:raw', $path) or die "$path: $!\n" }
        print {$file} mbox($raw, $transaction->CreatedObj->Unix) or die "$path: $!\n";
        $count += 1;
    }
    if ($file) { close($file) or die "$path: $!\n" }
    push @people, line_of($ticket, @requestors) if $count && @requestors;
    return $count;
}

# A lifecycle may have names of its own.
sub is_inactive {
    my ($ticket) = @_;
    my $lifecycle = $ticket->can('LifecycleObj') ? $ticket->LifecycleObj : $ticket->QueueObj->LifecycleObj;
    return $lifecycle->IsInactive($ticket->Status);
}

# Users with an address, as they are now.
sub requestors_of {
    my ($ticket) = @_;
    my %users = map { $_->id => $_ } grep { has_address($_) } @{ $ticket->Requestors->UserMembersObj->ItemsArrayRef };
    return map { $users{$_} } sort { $a <=> $b } keys %users;
}

sub line_of {
    my ($ticket, @requestors) = @_;
    my @named = map { { address => $_->EmailAddress, name => $_->RealName // '' } } @requestors;
    return JSON->new->ascii->canonical->encode({ ticket => $ticket->id + 0, requesters => \@named }) . "\n";
}

# What was written on RT's pages has hardly any header: who wrote it, when and about what is put in where it is missing. What
# others than requestors wrote there went to these.
sub mail_of {
    my ($transaction, $ticket, @requestors) = @_;
    my $attachments = $transaction->Attachments;
    $attachments->Limit(FIELD => 'Parent', VALUE => 0);
    $attachments->OrderBy(FIELD => 'id', ORDER => 'ASC');
    my $top = $attachments->First or return;
    my $entity = $top->ContentAsMIME(Children => 1);
    my $head   = $entity->head;
    for my $name ($head->tags) { $head->delete($name) if $name =~ /^(?:Bcc|Content-Length|X-RT-Interface)$/i }
    my $id      = 'rt-' . $ticket->id . '-' . $transaction->id . '@' . RT->Config->Get('Organization');
    my %missing = (
        'From'         => sub { address_of($transaction->CreatorObj) },
        'Subject'      => sub { encoded($ticket->Subject) },
        'Date'         => sub { $transaction->CreatedObj->RFC2822 },
        'Message-ID'   => sub { "<$id>" },
        'MIME-Version' => sub { '1.0' },
    );
    my $theirs = grep { $_->id == $transaction->Creator } @requestors;
    my $answer = @requestors && !$theirs && $transaction->Type ne 'Comment';
    $missing{'To'} = sub { join ', ', map { address_of($_) } @requestors } if $answer;
    for my $name (sort keys %missing) {
        $head->replace($name, $missing{$name}->()) if ($head->get($name) // '') !~ /\S/;
    }
    # ContentAsMIME takes the space before a subject for a part of it, and encodes both.
    my $subject = $top->GetHeader('Subject') // '';
    $subject =~ s/^\s+|\s+$//g;
    $head->replace('Subject', encoded($subject)) if length $subject;
    # IMAP knows no such encoding.
    for my $part (grep { $_->head->mime_encoding eq 'binary' } $entity->parts_DFS) {
        $part->head->replace('Content-Transfer-Encoding', $part->suggest_encoding);
    }
    $head->replace('X-Made-From-Export', 'Request Tracker, ticket ' . $ticket->id . ', transaction ' . $transaction->id);
    return $entity->as_string;
}

sub has_address {
    my ($user) = @_;
    return ($user->EmailAddress // '') =~ /\A[^\s<>,;:"()]+\@[^\s<>,;:"()]+\z/;
}

# Who has no address is a group of nobody (RFC 6854), which cannot be answered.
sub address_of {
    my ($user) = @_;
    my $address = $user->EmailAddress // '';
    my $name    = $user->FriendlyName // 'nobody';
    $name =~ s/[^\w .'-]/ /g;
    return encoded($name) . ':;' if !has_address($user);
    return encoded($name) . " <$address>";
}

sub encoded {
    my ($text) = @_;
    return RT::Interface::Email::EncodeToMIME(String => $text // '');
}

# mboxrd: a line "From ", with any number of ">" before it, gets one more.
sub mbox {
    my ($raw, $seconds) = @_;
    utf8::downgrade($raw, 1) or utf8::encode($raw);
    $raw =~ s/^(?=>*From )/>/mg;
    return 'From MAILER-DAEMON ' . strftime('%a %b %e %H:%M:%S %Y', gmtime $seconds) . "\n$raw\n";
}
